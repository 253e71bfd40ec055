# M-110: What the upstream says against a message that was asked for ahead is told at its RETR, not
# before, and is not asked for again.
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
U< <tag2> NO [SERVERBUG] broken
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
C: NOOP
S: +OK
C: RETR 2
U> <tag3> UID FETCH 13 (UID BODY.PEEK[])
S: -ERR [SYS/TEMP] cannot read message, try again later
U< * 3 FETCH (UID 13 BODY[] {22}
U< Subject: 3
U< 
U< mail 3
U< )
U< <tag3> OK done
C: DELE 2
S: -ERR [SYS/TEMP] message was not received whole, retrieve it again first
C: RETR 3
S: +OK 22 octets
S: Subject: 3
S: 
S: mail 3
S: .
cut client
