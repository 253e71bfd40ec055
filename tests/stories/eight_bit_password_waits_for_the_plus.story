# M-054, T-026: Else it goes as a literal, and without LITERAL+ the octets follow only after "+".
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS w\xc3\xb6rd
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" {5}
wait 5s
U< + go
U> w\xc3\xb6rd
U< <tag> NO no
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
