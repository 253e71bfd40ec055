# M-021: PASS without USER is a mistake of order: -ERR without [AUTH].

S: +OK POP3 ready
C: PASS secret
S: -ERR USER first
C: QUIT
S: +OK bye
S: <closed>
silence
