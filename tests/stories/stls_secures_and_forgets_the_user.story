# M-015, M-017, T-003: After STLS nothing counts that was said before: PASS wants USER anew, STLS is
# not offered again and refused, and the login works.
message: uid 11, "Subject: hi\r\n\r\nhello\r\n"

S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: STLS
S: +OK begin TLS negotiation
tls client
C: PASS secret
S: -ERR USER first
C: STLS
S: -ERR no STLS now
C: CAPA
S: +OK capability list follows
S: TOP
S: UIDL
S: USER
S: SASL PLAIN LOGIN<any>
S: PIPELINING
S: RESP-CODES
S: AUTH-RESP-CODE
S: UTF8 USER
S: LANG
S: .
C: USER joe
S: +OK send PASS
C: PASS secret
S: +OK logged in
C: STLS
S: -ERR already logged in
C: QUIT
S: +OK bye
S: <closed>
