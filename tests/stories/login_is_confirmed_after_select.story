# M-042: +OK to PASS comes only after the mailbox is open.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> SELECT "INBOX"
wait 1s
U< * 0 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< * OK [UIDNEXT 1] next
wait 1s
U< <tag> OK [READ-WRITE] open
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
