# M-060: Nothing travels behind the login where the server wants to hear an ID first, however well it
# is known to keep what is written there.
config: upstream.imap.id=after_login

S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Dovecot ready.
U> <tag> AUTHENTICATE PLAIN <base64 \0joe\0secret>
U< <tag> OK [CAPABILITY IMAP4rev1 ID UIDPLUS] in
U> <tag> ID ("name" "postern")
U< * ID ("name" "Dovecot")
U< <tag> OK done
U> <tag> SELECT "INBOX"
U< * 0 EXISTS
U< * OK [UIDVALIDITY 1] valid
U< <tag> OK [READ-WRITE] open
S: +OK logged in
C: STAT
S: +OK 0 0
C: QUIT
S: +OK bye
S: <closed>
