# S-041: Where the operator says so, an address may send without AUTH for the account that read mail
# from it: for no other sender, and so many messages; nobody elsewhere may.
protocol: submission
config: submission.auth=pop_before_smtp
config: listener.submission.pop_before_smtp=true
config: submission.pop_rate=2/h
account: joe@example.net secret
upstream: SIZE 1000000, AUTH PLAIN, XCLIENT ADDR PORT HELO LOGIN PROTO
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <rest>\-
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 authentication required
client B pop3 192.0.2.1
S: +OK POP3 ready
C: USER joe@example.net
S: +OK send PASS
C: PASS secret
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
client A
C: MAIL FROM:<ann@example.net>
S: 530 5.7.0 authentication required
C: MAIL FROM:<>
S: 530 5.7.0 authentication required
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
asked: 1 XCLIENT ADDR=192.0.2.1 PORT=50000 HELO=client.example LOGIN=joe@example.net PROTO=ESMTP
asked: 1 MAIL FROM:<joe@example.net> AUTH=joe@example.net
asked: 0 AUTH
C: RSET
S: 250 2.0.0 OK
client C submission 192.0.2.2
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <rest>\-
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 authentication required
client A
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
C: RSET
S: 250 2.0.0 OK
C: MAIL FROM:<joe@example.net>
S: 450 4.7.1 too many messages, wait and try again
metric: postern_submission_rate_limited_total{scope="user"} 1
asked: 1 XCLIENT
