# M-060: Nor behind a login in two steps.
config: upstream.imap.pipeline=on
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] Dovecot ready.
U> <tag> AUTHENTICATE PLAIN
U< + 
U> <base64 \0joe\0secret>
wait 1s
U< <tag> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> SELECT "INBOX"
U< * 0 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< <tag> OK [READ-WRITE] open
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
