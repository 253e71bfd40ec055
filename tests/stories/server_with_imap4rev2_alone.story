# M-062: A server that speaks IMAP4rev2 alone works, with ESEARCH as the answer to any search.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev2 AUTH=PLAIN SASL-IR] ready
U> <tag> AUTHENTICATE PLAIN <base64 \0joe\0secret>
U< <tag> OK [CAPABILITY IMAP4rev2] in
U> <tag> SELECT "INBOX"
U< * 2 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< * OK [UIDNEXT 13] next
U< * LIST () "/" INBOX
U< <tag> OK [READ-WRITE] open
U> <tag> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
S: +OK logged in
U< * 1 FETCH (UID 11 RFC822.SIZE 19)
U< * 2 FETCH (UID 12 RFC822.SIZE 20)
U< <tag> OK done
C: DELE 1
S: +OK message 1 deleted
C: QUIT
U> <tag1> UID STORE 11 +FLAGS.SILENT (\Deleted)
U> <tag2> UID EXPUNGE 11
U< <tag1> OK done
U< * 1 EXPUNGE
U< <tag2> OK done
U> <tag> UID SEARCH <any>
U< * ESEARCH (TAG "<tag>") UID
U< <tag> OK done
S: +OK bye
S: <closed>
