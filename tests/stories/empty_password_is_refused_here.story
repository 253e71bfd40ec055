# M-020: An empty password is refused with [AUTH], and the upstream, which might take it for an
# anonymous bind, never hears of it.

S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS 
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
silence
