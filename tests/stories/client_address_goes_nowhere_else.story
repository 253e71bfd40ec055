# M-061: To all other upstreams nothing of the client is told, though they offer ID.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 ID] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> NO no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
