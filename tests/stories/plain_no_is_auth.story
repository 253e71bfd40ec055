# M-047: NO without a code, to a login, is [AUTH].
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS wrong
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "wrong"
U< <tag> NO LOGIN failed
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
