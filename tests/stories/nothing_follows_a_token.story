# M-060: Behind AUTHENTICATE XOAUTH2 nothing is pipelined, whatever the server is: it might take the
# next command for an answer.
config: upstream.imap.pipeline=on
S: +OK POP3 ready
C: AUTH XOAUTH2 <base64 user=joe\x01auth=Bearer t\x01\x01>
U< * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] Dovecot ready.
U> <tag> AUTHENTICATE XOAUTH2 <base64 user=joe\x01auth=Bearer t\x01\x01>
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
