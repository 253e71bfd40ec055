# M-046, M-048: NO [INUSE] is [IN-USE], with "locked" in it.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [INUSE] somebody is there
S: -ERR [IN-USE] maildrop locked by another session
C: QUIT
S: +OK bye
S: <closed>
