# S-041: Half an hour after the last login by POP3 an address may not send for the account any more.
protocol: submission
config: submission.auth=pop_before_smtp
config: listener.submission.pop_before_smtp=true
account: joe@example.net secret
client B pop3 192.0.2.1
S: +OK POP3 ready
C: USER joe@example.net
S: +OK send PASS
C: PASS secret
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
wait 1799s
client A submission 192.0.2.1
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <rest>\-
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
C: RSET
S: 250 2.0.0 OK
wait 1s
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 authentication required
