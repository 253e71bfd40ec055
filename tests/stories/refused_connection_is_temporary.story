# M-045, M-048: An upstream where nobody listens is [SYS/TEMP].
dialling refuses
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
log: upstream.failed stage=tcp kind=not_listening
