# M-024: AUTH PLAIN with an initial response logs in at once.

S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0secret>
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
