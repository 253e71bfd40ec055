# M-054: With LITERAL+ it goes in one piece.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS w\xc3\xb6rd
U< * OK [CAPABILITY IMAP4rev1 LITERAL+] ready
U> <tag> LOGIN "joe" {5+}
U> w\xc3\xb6rd
U< <tag> NO no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
