# S-044: HELO greets, and no more: there is no AUTH with it, and no mail without.
protocol: submission
S: 220 mail.example.net ESMTP
C: HELO old.example
S: 250 mail.example.net
C: AUTH PLAIN <base64 \0joe\0secret>
S: 503 5.5.1 say EHLO first
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 authentication required
silence
