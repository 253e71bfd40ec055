# M-064, M-065: With a mailbox that is known and a server with QRESYNC, everything up to STAT, LIST
# and UIDL is asked in one write after the greeting, whether nothing changed or mail has come.
# Nothing is told of the last message, which would cost Dovecot more than all the rest.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 SASL-IR ENABLE AUTH=PLAIN] Dovecot ready.
U> <tag1> AUTHENTICATE PLAIN <base64 \0joe\0secret>
U> <tag2> SELECT "INBOX"
U> <tag3> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
U< <tag1> OK [CAPABILITY IMAP4rev1 UIDPLUS ESEARCH ENABLE CONDSTORE QRESYNC] in
U< * 2 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< * OK [UIDNEXT 13] next
U< * OK [HIGHESTMODSEQ 90] highest
U< <tag2> OK [READ-WRITE] open
U< * 1 FETCH (UID 11 RFC822.SIZE 100 INTERNALDATE "17-Jul-1996 02:44:25 -0700")
U< * 2 FETCH (UID 12 RFC822.SIZE 200 INTERNALDATE "17-Jul-1996 02:44:26 -0700")
U< <tag3> OK fetched
S: +OK logged in
C: STAT
S: +OK 2 300
C: QUIT
S: +OK bye
S: <closed>

client B pop3 192.0.2.1
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 SASL-IR ENABLE AUTH=PLAIN] Dovecot ready.
U> <tag1> AUTHENTICATE PLAIN <base64 \0joe\0secret>
U> <tag2> ENABLE QRESYNC
U> <tag3> EXAMINE "INBOX" (QRESYNC (7 90 11:12 (1,2 11,12)))
U> <tag4> UID FETCH 13:4294967295 (UID RFC822.SIZE INTERNALDATE)
U< <tag1> OK [CAPABILITY IMAP4rev1 UIDPLUS ESEARCH ENABLE CONDSTORE QRESYNC] in
U< * ENABLED QRESYNC
U< <tag2> OK enabled
U< * 2 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< * OK [UIDNEXT 13] next
U< * OK [HIGHESTMODSEQ 90] highest
U< <tag3> OK [READ-ONLY] open
U< <tag4> OK fetched
S: +OK logged in
C: STAT
S: +OK 2 300
C: UIDL
S: +OK unique-id listing follows
S: 1 0000000b00000007
S: 2 0000000c00000007
S: .
C: QUIT
S: +OK bye
S: <closed>

client C pop3 192.0.2.1
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 SASL-IR ENABLE AUTH=PLAIN] Dovecot ready.
U> <tag1> AUTHENTICATE PLAIN <base64 \0joe\0secret>
U> <tag2> ENABLE QRESYNC
U> <tag3> EXAMINE "INBOX" (QRESYNC (7 90 11:12 (1,2 11,12)))
U> <tag4> UID FETCH 13:4294967295 (UID RFC822.SIZE INTERNALDATE)
U< <tag1> OK [CAPABILITY IMAP4rev1 UIDPLUS ESEARCH ENABLE CONDSTORE QRESYNC] in
U< * ENABLED QRESYNC
U< <tag2> OK enabled
U< * 2 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< * OK [UIDNEXT 14] next
U< * OK [HIGHESTMODSEQ 95] highest
U< * VANISHED (EARLIER) 0:11
U< <tag3> OK [READ-ONLY] open
U< * 2 FETCH (UID 13 RFC822.SIZE 50 INTERNALDATE "18-Jul-1996 02:44:26 -0700")
U< <tag4> OK fetched
S: +OK logged in
C: LIST
S: +OK 2 messages (250 octets)
S: 1 200
S: 2 50
S: .
C: QUIT
S: +OK bye
S: <closed>
