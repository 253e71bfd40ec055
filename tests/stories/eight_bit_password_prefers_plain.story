# M-054: An 8-bit password goes by PLAIN where that is offered, without an initial response too.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS w\xc3\xb6rd
U< * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
U> <tag> AUTHENTICATE PLAIN
U< + 
U> <base64 \0joe\0w\xc3\xb6rd>
U< <tag> NO no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
