# M-046: "Too many simultaneous connections" without any code, as Gmail says it, is [IN-USE].
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> NO Too many simultaneous connections. (Failure)
S: -ERR [IN-USE] maildrop locked by another session
C: QUIT
S: +OK bye
S: <closed>
