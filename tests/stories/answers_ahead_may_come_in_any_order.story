# M-086, M-110: Bodies that come in another order than they were asked for are credited by their UID.
begin: logged in
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"

C: RETR 1
U> <tag1> UID FETCH 11 (UID BODY.PEEK[])
U> <tag2> UID FETCH 12 (UID BODY.PEEK[])
U< * 2 FETCH (UID 12 BODY[] {22}
U< Subject: 2
U< 
U< mail 2
U< )
U< <tag2> OK done
U< * 1 FETCH (UID 11 BODY[] {22}
U< Subject: 1
U< 
U< mail 1
U< )
U< <tag1> OK done
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
C: RETR 2
U> <tag3> UID FETCH 13 (UID BODY.PEEK[])
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
U< * 3 FETCH (UID 13 BODY[] {22}
U< Subject: 3
U< 
U< mail 3
U< )
C: RETR 3
U< <tag3> OK done
S: +OK 22 octets
S: Subject: 3
S: 
S: mail 3
S: .
cut client
