# S-041, T-029: A login from an address that a provider gives to many at once lets nobody send.
protocol: submission
from: 100.64.0.7
config: submission.auth=pop_before_smtp
config: listener.submission.pop_before_smtp=true
account: joe@example.net secret
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <rest>\-
client B pop3 100.64.0.7
S: +OK POP3 ready
C: USER joe@example.net
S: +OK send PASS
C: PASS secret
S: +OK logged in
client A
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 authentication required
asked: 0 MAIL
