# M-010, T-027: A line with NUL, or with another control octet, gets -ERR and is never turned into
# something else.

S: +OK POP3 ready
C: USER jo\0e
S: -ERR invalid character
C: USER joe
S: +OK send PASS
C: PASS sec\x01ret
S: -ERR invalid character
C: PASS sec\rret
S: -ERR invalid character
C: QUIT
S: +OK bye
S: <closed>
silence
