# M-057, T-003, T-004: What the server said of itself in clear counts for nothing inside TLS, and
# what it said before the login for nothing after it: UIDPLUS is used only because it was told anew.
config: upstream.imap.tls=starttls
message: uid 11, "Subject: a\r\n\r\none\r\n"
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN] ready
U> <tag> STARTTLS
U< <tag> OK begin
tls upstream
U> <tag> CAPABILITY
U< * CAPABILITY IMAP4rev1 UIDPLUS
U< <tag> OK done
U> <tag> LOGIN "joe" "secret"
U< <tag> OK in
U> <tag> SELECT "INBOX"
U< * 0 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< <tag> OK [READ-WRITE] open
U> <tag> CAPABILITY
U< * CAPABILITY IMAP4rev1
U< <tag> OK done
S: +OK logged in
C: STAT
U> <tag> UID SEARCH DELETED
U< * SEARCH
U< <tag> OK done
S: +OK 0 0
C: QUIT
S: +OK bye
S: <closed>
