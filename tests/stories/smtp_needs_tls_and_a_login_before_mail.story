# S-008, S-009, T-031: Where passwords must not be told in clear, AUTH is not offered and refused, and
# so is mail; the server hears nothing of it.
protocol: submission
config: listener.submission.cleartext_login=never
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: 250-mail.example.net
S: 250-PIPELINING
S: 250-SIZE 998976
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250-DSN
S: 250-STARTTLS
S: 250 ENHANCEDSTATUSCODES
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 use STARTTLS first
C: AUTH PLAIN <base64 \0joe\0secret>
S: 538 5.7.11 encryption required, use STARTTLS first
C: STARTTLS
S: 220 2.0.0 ready for TLS
tls client
C: MAIL FROM:<joe@example.net>
S: 503 5.5.1 say EHLO first
C: EHLO client.example
S: 250-mail.example.net
S: 250-PIPELINING
S: 250-SIZE 998976
S: 250-8BITMIME
S: 250-SMTPUTF8
S: 250-DSN
S: 250-AUTH PLAIN LOGIN
S: 250 ENHANCEDSTATUSCODES
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 authentication required
asked: 0 MAIL
