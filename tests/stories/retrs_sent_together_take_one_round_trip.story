# M-110: Messages whose RETR the client has sent already are asked for in one write, whatever stands
# between them, and answered in their order.
begin: logged in
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"
message: uid 14, "Subject: 4\r\n\r\nmail 4\r\n"
message: uid 15, "Subject: 5\r\n\r\nmail 5\r\n"
unsplit: what is known depends on what has come

C: RETR 1
C: DELE 1
C: RETR 4
C: NOOP
C: RETR 2
C: QUIT
U> <tag1> UID FETCH 11 (UID BODY.PEEK[])
U> <tag2> UID FETCH 14 (UID BODY.PEEK[])
U> <tag3> UID FETCH 12 (UID BODY.PEEK[])
U< * 1 FETCH (UID 11 BODY[] {22}
U< Subject: 1
U< 
U< mail 1
U< )
U< <tag1> OK done
U< * 4 FETCH (UID 14 BODY[] {22}
U< Subject: 4
U< 
U< mail 4
U< )
U< <tag2> OK done
U< * 2 FETCH (UID 12 BODY[] {22}
U< Subject: 2
U< 
U< mail 2
U< )
U< <tag3> OK done
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
S: +OK message 1 deleted
S: +OK 22 octets
S: Subject: 4
S: 
S: mail 4
S: .
S: +OK
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
U> <tag4> UID STORE 12,14 +FLAGS.SILENT (\Seen)
U> <tag5> UID STORE 11 +FLAGS.SILENT (\Deleted)
U> <tag6> UID EXPUNGE 11
U< <tag4> OK done
U< <tag5> OK done
U< * 1 EXPUNGE
U< <tag6> OK done
U> <tag7> UID SEARCH UID 11
U< * SEARCH
U< <tag7> OK done
S: +OK bye
S: <closed>
