# T-069: An upstream whose address is one of our own listeners is a loop: refused before anything is
# said.
dialling own
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
S: -ERR [SYS/PERM] access denied by the mail server
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
