# M-110: No more messages are asked for ahead than allowed, and none at or behind one that does not
# fit.
begin: logged in
config: pop3.prefetch_msgs=2
config: pop3.prefetch_bytes=100B
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"
message: uid 14, "Subject: 4\r\n\r\nmail 4\r\n"
message: uid 15 size 101, "Subject: 5\r\n\r\nmail 5\r\n"
message: uid 16, "Subject: 6\r\n\r\nmail 6\r\n"
unsplit: what is known depends on what has come

C: RETR 1
C: RETR 2
C: RETR 3
C: RETR 4
C: RETR 5
U> <tag1> UID FETCH 11 (UID BODY.PEEK[])
U> <tag2> UID FETCH 12 (UID BODY.PEEK[])
U> <tag3> UID FETCH 13 (UID BODY.PEEK[])
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
U> <tag4> UID FETCH 14 (UID BODY.PEEK[])
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
U< * 3 FETCH (UID 13 BODY[] {22}
U< Subject: 3
U< 
U< mail 3
U< )
U< <tag3> OK done
S: +OK 22 octets
S: Subject: 3
S: 
S: mail 3
S: .
U< * 4 FETCH (UID 14 BODY[] {22}
U< Subject: 4
U< 
U< mail 4
U< )
U< <tag4> OK done
S: +OK 22 octets
S: Subject: 4
S: 
S: mail 4
S: .
U> <tag5> UID FETCH 15 (UID BODY.PEEK[])
U> <tag6> UID FETCH 16 (UID BODY.PEEK[])
U< * 5 FETCH (UID 15 BODY[] {101}
U< Subject: 5
U< 
U< <repeat 85 x>
U< )
U< <tag5> OK done
S: +OK 101 octets
S: Subject: 5
S: 
S: <repeat 85 x>
S: .
cut client
