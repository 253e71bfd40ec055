# T-028, T-078: Where the upstream's words are not meant for the user, the client hears ours.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [SERVERBUG] /var/mail on host db3.internal is full
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
