# M-045, F-004: An upstream that does not answer the login in time is [SYS/TEMP].
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
wait 29s
wait 2s
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
