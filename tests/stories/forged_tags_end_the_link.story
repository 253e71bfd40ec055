# T-005: An answer to a command that was not sent ends the link: tags cannot be guessed.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< a1 OK in
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
