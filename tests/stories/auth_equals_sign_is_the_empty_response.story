# M-024: "=" is the empty initial response, which is no PLAIN message: -ERR, nothing goes upstream.

S: +OK POP3 ready
C: AUTH PLAIN =
S: -ERR <any>
C: QUIT
S: +OK bye
S: <closed>
silence
