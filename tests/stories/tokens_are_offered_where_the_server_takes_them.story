# M-023, T-036: Mechanisms that take tokens are offered as long as nothing is known of the server
# behind, and afterwards if it has them.
upstream: IMAP4rev1 SASL-IR UIDPLUS AUTH=PLAIN AUTH=XOAUTH2
S: +OK POP3 ready
C: AUTH
S: +OK
S: PLAIN
S: LOGIN
S: XOAUTH2
S: OAUTHBEARER
S: .
C: AUTH PLAIN <base64 \0joe\0secret>
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
client B
S: +OK POP3 ready
C: AUTH
S: +OK
S: PLAIN
S: LOGIN
S: XOAUTH2
S: .
C: CAPA
S: +OK capability list follows
S: TOP
S: UIDL
S: USER
S: SASL PLAIN LOGIN XOAUTH2
S: STLS
S: PIPELINING
S: RESP-CODES
S: AUTH-RESP-CODE
S: UTF8 USER
S: LANG
S: .
C: QUIT
S: +OK bye
S: <closed>
