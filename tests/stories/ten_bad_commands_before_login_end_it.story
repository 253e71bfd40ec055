# M-011: Ten bad commands in a row before login end the connection; one good command between them
# and the count begins anew.

S: +OK POP3 ready
C: <repeat 9 FOO\r\n>\-
S: <repeat 9 -ERR unknown command\r\n>\-
C: CAPA
S: +OK capability list follows
S: TOP
S: UIDL
S: USER
S: SASL PLAIN LOGIN<any>
S: STLS
S: PIPELINING
S: RESP-CODES
S: AUTH-RESP-CODE
S: UTF8 USER
S: LANG
S: .
C: <repeat 10 FOO\r\n>\-
S: <repeat 10 -ERR unknown command\r\n>\-
S: -ERR too many errors
S: <closed>
log: session.ended reason=too_many_errors
silence
