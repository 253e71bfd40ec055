# M-076, M-096: A list under a new UIDVALIDITY that broke off goes on where it was, and once it is
# complete the messages bear the UIDLs that they had before.
config: upstream.imap.reconnects=0
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> SELECT "INBOX"
U< * 3 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< <tag> OK [READ-WRITE] open
S: +OK logged in
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
U< * 1 FETCH (UID 11 RFC822.SIZE 100 INTERNALDATE "17-Jul-1996 02:44:25 -0700")
U< * 2 FETCH (UID 12 RFC822.SIZE 200 INTERNALDATE "18-Jul-1996 02:44:25 -0700")
U< * 3 FETCH (UID 13 RFC822.SIZE 300 INTERNALDATE "19-Jul-1996 02:44:25 -0700")
U< <tag> OK fetched
C: STAT
S: +OK 3 600
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
U> <tag1> EXAMINE "INBOX"
U> <tag2> UID FETCH 14:* (UID RFC822.SIZE INTERNALDATE)
U< * 3 EXISTS
U< * OK [UIDVALIDITY 8] valid
U< <tag1> OK [READ-ONLY] open
U< * 3 FETCH (UID 23 RFC822.SIZE 300 INTERNALDATE "19-Jul-1996 02:44:25 -0700")
U< <tag2> OK fetched
U> <tag> SELECT "INBOX"
U< * 3 EXISTS
U< * OK [UIDVALIDITY 8] valid
U< <tag> OK [READ-WRITE] open
S: +OK logged in
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
C: STAT
U< * 1 FETCH (UID 21 RFC822.SIZE 100 INTERNALDATE "17-Jul-1996 02:44:25 -0700")
U< * 2 FETCH (UID 22 RFC822.SIZE 200 INTERNALDATE "18-Jul-1996 02:44:25 -0700")
cut upstream
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>

client C pop3 192.0.2.1
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> EXAMINE "INBOX"
U< * 3 EXISTS
U< * OK [UIDVALIDITY 8] valid
U< <tag> OK [READ-ONLY] open
S: +OK logged in
C: UIDL
U> <tag> UID SEARCH ALL
U< * SEARCH 21 22 23
U< <tag> OK searched
U> <tag> UID FETCH 23 (UID RFC822.SIZE INTERNALDATE)
U< * 3 FETCH (UID 23 RFC822.SIZE 300 INTERNALDATE "19-Jul-1996 02:44:25 -0700")
U< <tag> OK fetched
S: +OK unique-id listing follows
S: 1 0000000b00000007
S: 2 0000000c00000007
S: 3 0000000d00000007
S: .
C: QUIT
S: +OK bye
S: <closed>

client D pop3 192.0.2.1
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag1> EXAMINE "INBOX"
U> <tag2> UID FETCH 24:* (UID RFC822.SIZE INTERNALDATE)
U< * 3 EXISTS
U< * OK [UIDVALIDITY 8] valid
U< <tag1> OK [READ-ONLY] open
U< * 3 FETCH (UID 23 RFC822.SIZE 300 INTERNALDATE "19-Jul-1996 02:44:25 -0700")
U< <tag2> OK fetched
S: +OK logged in
C: UIDL
S: +OK unique-id listing follows
S: 1 0000000b00000007
S: 2 0000000c00000007
S: 3 0000000d00000007
S: .
C: QUIT
S: +OK bye
S: <closed>
