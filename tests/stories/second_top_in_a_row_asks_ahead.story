# M-110, M-112: TOP of one message after the other is asked for ahead from the second on; TOPs that were
# sent together leave together.
begin: logged in
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"
message: uid 14, "Subject: 4\r\n\r\nmail 4\r\n"
message: uid 15, "Subject: 5\r\n\r\nmail 5\r\n"
message: uid 16, "Subject: 6\r\n\r\nmail 6\r\n"
unsplit: what is known depends on what has come

C: TOP 1 0
U> <tag1> UID FETCH 11 (UID BODY.PEEK[HEADER])
U< * 1 FETCH (UID 11 BODY[HEADER] {14}
U< Subject: 1
U< 
U< )
U< <tag1> OK done
S: +OK top of message follows
S: Subject: 1
S: 
S: .
C: TOP 2 0
U> <tag2> UID FETCH 12 (UID BODY.PEEK[HEADER])
U> <tag3> UID FETCH 13 (UID BODY.PEEK[HEADER])
U< * 2 FETCH (UID 12 BODY[HEADER] {14}
U< Subject: 2
U< 
U< )
U< <tag2> OK done
S: +OK top of message follows
S: Subject: 2
S: 
S: .
U< * 3 FETCH (UID 13 BODY[HEADER] {14}
U< Subject: 3
U< 
U< )
U< <tag3> OK done
C: TOP 3 0
C: TOP 5 0
C: TOP 4 0
C: QUIT
U> <tag4> UID FETCH 15 (UID BODY.PEEK[HEADER])
U> <tag5> UID FETCH 14 (UID BODY.PEEK[HEADER])
S: +OK top of message follows
S: Subject: 3
S: 
S: .
U< * 5 FETCH (UID 15 BODY[HEADER] {14}
U< Subject: 5
U< 
U< )
U< <tag4> OK done
U< * 4 FETCH (UID 14 BODY[HEADER] {14}
U< Subject: 4
U< 
U< )
U< <tag5> OK done
S: +OK top of message follows
S: Subject: 5
S: 
S: .
S: +OK top of message follows
S: Subject: 4
S: 
S: .
S: +OK bye
S: <closed>
