# S-041, T-029: On a listener that does not say so, a login by POP3 lets nobody send.
protocol: submission
config: submission.auth=pop_before_smtp
config: listener.submissions.pop_before_smtp=true
account: joe@example.net secret
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <rest>\-
client B pop3 192.0.2.1
S: +OK POP3 ready
C: USER joe@example.net
S: +OK send PASS
C: PASS secret
S: +OK logged in
client A
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 authentication required
C: AUTH PLAIN <base64 \0joe@example.net\0secret>
S: 235 2.7.0 authentication successful
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
asked: 1 MAIL
