# M-045, M-048: NO [UNAVAILABLE] is [SYS/TEMP], with "unavailable" and "wait" in it.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [UNAVAILABLE] user database is down
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
