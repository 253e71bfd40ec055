# F-033, T-049: In a mailbox so large that a search may have a line of megabytes, what stands behind
# a literal is as short as anywhere else: a hundred such lines in one response would be much memory.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 UIDPLUS] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> SELECT "INBOX"
U< * 1000000 EXISTS
U< * OK [UIDVALIDITY 1] valid
U< <tag> OK [READ-WRITE] open
S: +OK logged in
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
C: STAT
U< * 1 FETCH (UID 11 X {1}
U< x "<repeat 70000 y>" Y {1}
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
