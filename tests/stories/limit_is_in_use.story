# M-046: NO [LIMIT] is [IN-USE].
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [LIMIT] enough
S: -ERR [IN-USE] maildrop locked by another session
C: QUIT
S: +OK bye
S: <closed>
