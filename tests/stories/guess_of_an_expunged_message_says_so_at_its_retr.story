# M-110, M-082: A message that went before it was asked for ahead is told to be gone when the client
# comes for it.
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
U< * 2 EXPUNGE
U< <tag2> OK [EXPUNGEISSUED] some of them are gone
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
C: STAT
S: +OK 3 66
C: RETR 2
U> <tag3> UID FETCH 13 (UID BODY.PEEK[])
S: -ERR message no longer exists
U< * 2 FETCH (UID 13 BODY[] {22}
U< Subject: 3
U< 
U< mail 3
U< )
U< <tag3> OK done
C: RETR 3
S: +OK 22 octets
S: Subject: 3
S: 
S: mail 3
S: .
cut client
