# M-075, M-078: A server that tells of more expunges than agree with its own list has not emptied
# the mailbox: no command is answered with 0 messages, however often it is asked.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 UIDPLUS] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> SELECT "INBOX"
U< * 1 EXISTS
U< * OK [UIDVALIDITY 1] valid
U< <tag> OK [READ-WRITE] open
S: +OK logged in
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
C: STAT
U< * 1 FETCH (UID 11 RFC822.SIZE 10)
U< * 1 EXPUNGE
U< <tag> OK done
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
U< * 1 FETCH (UID 11 RFC822.SIZE 10)
U< <tag> OK done
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: LIST
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
U< * 1 FETCH (UID 11 RFC822.SIZE 10)
U< <tag> OK done
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
U< * 1 FETCH (UID 11 RFC822.SIZE 10)
U< <tag> OK done
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
