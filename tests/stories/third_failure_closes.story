# M-058: After three failed logins the connection is closed.

S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0one>
wait 3s
S: -ERR [AUTH] invalid user name or password
C: AUTH PLAIN <base64 \0joe\0two>
wait 5s
S: -ERR [AUTH] invalid user name or password
C: AUTH PLAIN <base64 \0joe\0three>
wait 10s
S: -ERR [AUTH] invalid user name or password
S: <closed>
asked: 3 AUTHENTICATE
log: session.ended reason=auth_failed
