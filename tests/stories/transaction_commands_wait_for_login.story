# M-014, F-003: What belongs behind the login is refused before it, and no upstream hears of it.

S: +OK POP3 ready
C: STAT
C: LIST
C: UIDL 1
C: RETR 1
C: TOP 1 0
C: DELE 1
C: RSET
C: NOOP
S: -ERR log in first
S: -ERR log in first
S: -ERR log in first
S: -ERR log in first
S: -ERR log in first
S: -ERR log in first
S: -ERR log in first
S: -ERR log in first
C: USER joe
S: +OK send PASS
close client
silence
