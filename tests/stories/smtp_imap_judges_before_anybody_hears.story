# S-022: Where an IMAP server judges, a wrong password opens no connection for mail; with the right
# one we vouch for the user at the submission server.
protocol: submission
config: submission.auth=imap
upstream: SIZE 1000000, AUTH PLAIN, XCLIENT ADDR PORT HELO LOGIN PROTO
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <rest>\-
asked: 1 EHLO
C: AUTH PLAIN <base64 \0joe\0wrong>
wait 5s
S: 535 5.7.8 authentication credentials invalid
asked: 1 EHLO
C: AUTH PLAIN <base64 \0joe\0secret>
S: 235 2.7.0 authentication successful
asked: 1 EHLO
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
asked: 3 EHLO
asked: 1 XCLIENT ADDR=192.0.2.1 PORT=50000 HELO=client.example LOGIN=joe PROTO=ESMTP
asked: 0 AUTH
asked: 1 MAIL FROM:<joe@example.net> AUTH=joe
