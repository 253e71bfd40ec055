# M-104, M-110: A link that breaks in the middle of a mail that was asked for ahead is made again once,
# when the client comes for that mail, and asks for it alone.
begin: logged in
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"

C: RETR 1
U> <tag1> UID FETCH 11 (UID BODY.PEEK[])
U> <tag2> UID FETCH 12 (UID BODY.PEEK[])
U< * 1 FETCH (UID 11 BODY[] {22}
U< Subject: 1
U< 
U< mail 1
U< )
U< <tag1> OK done
U< * 2 FETCH (UID 12 BODY[] {22}
U< Subject: 2
cut upstream
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
C: NOOP
S: +OK
C: RETR 2
U< * OK [CAPABILITY IMAP4rev1 UIDPLUS] Dovecot ready.
U> <tagl> LOGIN "joe" "secret"
U> <tags> SELECT "INBOX"
U< <tagl> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U< * 3 EXISTS
U< * OK [UIDVALIDITY 1] fine
U< <tags> OK [READ-WRITE] open
U> <tag3> UID FETCH 12 (UID BODY.PEEK[])
U< * 2 FETCH (UID 12 BODY[] {22}
U< Subject: 2
U< 
U< mail 2
U< )
U< <tag3> OK done
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
cut client
metric: postern_upstream_retries_total{upstream="imap",reason="stale_connection"} 1
