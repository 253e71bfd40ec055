# M-044: NO [AUTHORIZATIONFAILED] and NO [EXPIRED] are [AUTH] as well.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS one
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "one"
U< <tag> NO [AUTHORIZATIONFAILED] no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: USER joe
S: +OK send PASS
C: PASS two
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "two"
U< <tag> NO [EXPIRED] password expired
wait 5s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
