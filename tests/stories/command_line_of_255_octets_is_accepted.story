# M-006: A command line of 255 octets is accepted, as RFC 2449 wants it.

S: +OK POP3 ready
C: USER <repeat 248 x>
S: +OK send PASS
C: QUIT
S: +OK bye
S: <closed>
