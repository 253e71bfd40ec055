# M-076, M-075: What came of a list before the server was lost is not asked for again by the next
# session, which lists the whole mailbox all the same.
config: upstream.imap.reconnects=0
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> SELECT "INBOX"
U< * 4 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< <tag> OK [READ-WRITE] open
S: +OK logged in
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
C: STAT
U< * 1 FETCH (UID 11 RFC822.SIZE 100)
U< * 2 FETCH (UID 12 RFC822.SIZE 200)
cut upstream
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>

client B pop3 192.0.2.1
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> EXAMINE "INBOX"
U< * 4 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< <tag> OK [READ-ONLY] open
S: +OK logged in
C: STAT
U> <tag> UID SEARCH ALL
U< * SEARCH 11 12 15 16
U< <tag> OK searched
U> <tag> UID FETCH 15:16 (UID RFC822.SIZE INTERNALDATE)
U< * 3 FETCH (UID 15 RFC822.SIZE 300)
U< * 4 FETCH (UID 16 RFC822.SIZE 400)
U< <tag> OK fetched
S: +OK 4 1000
C: QUIT
S: +OK bye
S: <closed>
