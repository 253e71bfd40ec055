# M-007, T-040: A line of 513 octets is answered once with -ERR, and the session stays in step.

S: +OK POP3 ready
C: USER <repeat 506 x>
S: -ERR line too long
C: USER <repeat 505 x>
S: +OK send PASS
C: CAPA<repeat 3000 x>
C: QUIT
S: -ERR line too long
S: +OK bye
S: <closed>
silence
