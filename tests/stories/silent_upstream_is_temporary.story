# M-045: An upstream that does not answer is [SYS/TEMP], after the time that a connection may take.
dialling silent
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
wait 4s
wait 2s
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
log: upstream.failed kind=timeout
