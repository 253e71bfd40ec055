# M-022, T-016, T-036: Where passwords want TLS, no login works without it, CAPA lists neither USER
# nor SASL, and the refusal carries no code and comes before the password.
config: listener.pop3.cleartext_login=never

S: +OK POP3 ready
C: CAPA
S: +OK capability list follows
S: TOP
S: UIDL
S: STLS
S: PIPELINING
S: RESP-CODES
S: AUTH-RESP-CODE
S: UTF8 USER
S: LANG
S: .
C: USER joe
S: -ERR TLS required, use STLS
C: PASS secret
S: -ERR TLS required, use STLS
C: AUTH PLAIN <base64 \0joe\0secret>
S: -ERR TLS required, use STLS
C: AUTH
S: +OK
S: .
C: STLS
S: +OK begin TLS negotiation
tls client
C: USER joe
S: +OK send PASS
C: PASS secret
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
metric: postern_auth_attempts_total{protocol="pop3",mechanism="plain",result="cleartext_denied"} 1
