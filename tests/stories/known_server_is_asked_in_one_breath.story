# M-060: Where the server is known to keep what is written behind a login, open and list travel with
# it; and a refused login leaves them harmless.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS wrong
U< * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Dovecot ready.
U> <tag1> AUTHENTICATE PLAIN <base64 \0joe\0wrong>
U> <tag2> SELECT "INBOX"
U> <tag3> UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)
U< <tag1> NO [AUTHENTICATIONFAILED] no
U< <tag2> BAD log in first
U< <tag3> BAD log in first
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
