# T-021: What is remembered of a refused login is that very password of that very user, for ten
# seconds: the right one is asked for at once, and the old one again when the time is over.

S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0secret1>
wait 3s
S: -ERR [AUTH] invalid user name or password
C: AUTH PLAIN <base64 \0joe\0secret>
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
asked: 2 AUTHENTICATE
