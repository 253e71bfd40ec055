# M-018, T-020: USER gets +OK whether or not there is such a user, and no upstream is asked.

S: +OK POP3 ready
C: USER nobody-of-that-name
S: +OK send PASS
C: USER joe
S: +OK send PASS
C: QUIT
S: +OK bye
S: <closed>
silence
