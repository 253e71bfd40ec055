# M-045: An upstream whose name cannot be found is [SYS/TEMP].
dialling no-name
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
