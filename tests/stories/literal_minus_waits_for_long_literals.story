# M-055: With LITERAL- a literal of more than 4096 octets waits for "+", a shorter one does not.
S: +OK POP3 ready
C: AUTH PLAIN
S: + 
C: <base64 \0joe\0\xff<repeat 4096 x>>
U< * OK [CAPABILITY IMAP4rev1 LITERAL-] ready
U> <tag> LOGIN "joe" {4097}
U< + go
U> \xff<repeat 4096 x>
U< <tag> NO no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: AUTH PLAIN
S: + 
C: <base64 \0joe\0\xff<repeat 4095 x>>
U< * OK [CAPABILITY IMAP4rev1 LITERAL-] ready
U> <tag> LOGIN "joe" {4096+}
U> \xff<repeat 4095 x>
U< <tag> NO no
wait 5s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
