# M-008: An answer of 12,000 octets within AUTH is accepted: tokens are that long.
upstream: IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2

S: +OK POP3 ready
C: AUTH XOAUTH2
S: + 
C: <base64 user=joe\x01auth=Bearer <repeat 8960 t>\x01\x01>
wait 3s
S: + eyJzdGF0dXMiOiI0MDEifQ==
C:
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
asked: 1 AUTHENTICATE XOAUTH2
