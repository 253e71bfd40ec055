# F-026: A server that opens the mailbox and does not tell how many messages there are has told of
# no empty mailbox: [SYS/TEMP], not "0 messages".
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
U> <tag> SELECT "INBOX"
U< * OK [UIDVALIDITY 1] valid
U< <tag> OK [READ-WRITE] open
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
