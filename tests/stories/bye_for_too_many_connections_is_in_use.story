# M-046: The same as BYE in the middle of the login.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< * BYE Too many connections
S: -ERR [IN-USE] maildrop locked by another session
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
