# M-110: Nothing is asked for ahead of the first RETR. Then the next message is, in the same write, and
# each guess that comes true allows one more.
begin: logged in
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"
message: uid 14, "Subject: 4\r\n\r\nmail 4\r\n"

C: STAT
S: +OK 4 88
C: LIST 1
S: +OK 1 22
C: RETR 1
U> <tag1> UID FETCH 11 (UID BODY.PEEK[])
U> <tag2> UID FETCH 12 (UID BODY.PEEK[])
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
U< * 2 FETCH (UID 12 BODY[] {22}
U< Subject: 2
U< 
U< mail 2
U< )
U< <tag2> OK done
C: RETR 2
U> <tag3> UID FETCH 13 (UID BODY.PEEK[])
U> <tag4> UID FETCH 14 (UID BODY.PEEK[])
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
U< <tag3> OK done
U< * 4 FETCH (UID 14 BODY[] {22}
U< Subject: 4
U< 
U< mail 4
U< )
U< <tag4> OK done
C: RETR 3
S: +OK 22 octets
S: Subject: 3
S: 
S: mail 3
S: .
C: RETR 4
S: +OK 22 octets
S: Subject: 4
S: 
S: mail 4
S: .
cut client
log: session.ended retrieved=4
