# M-045: A greeting of BYE is [SYS/TEMP].
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * BYE shutting down
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
