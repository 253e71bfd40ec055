# M-080, M-110: A server that nobody knows is asked ahead only once it has put the UID in front of a
# body; one that puts it behind never is.
begin: logged in
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"
message: uid 14, "Subject: 4\r\n\r\nmail 4\r\n"

C: RETR 1
U> <tag1> UID FETCH 11 (UID BODY.PEEK[])
U< * 1 FETCH (BODY[] {22}
U< Subject: 1
U< 
U< mail 1
U<  UID 11)
U< <tag1> OK done
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
C: RETR 2
U> <tag2> UID FETCH 12 (UID BODY.PEEK[])
U< * 2 FETCH (UID 12 BODY[] {22}
U< Subject: 2
U< 
U< mail 2
U< )
U< <tag2> OK done
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
C: RETR 3
U> <tag3> UID FETCH 13 (UID BODY.PEEK[])
U> <tag4> UID FETCH 14 (UID BODY.PEEK[])
cut client
