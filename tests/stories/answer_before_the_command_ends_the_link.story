# T-005: What was sent ahead of a command answers nothing: two answers to one tag end the link.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
U< <tag> OK [CAPABILITY IMAP4rev1] in
U> <tag1> SELECT "INBOX"
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
