# M-110, M-128: QUIT with a guess on its way: nothing is said upstream before it has been read away,
# and it is not marked as seen.
begin: logged in
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"

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
C: QUIT
U< * 2 FETCH (UID 12 BODY[] {22}
U< Subject: 2
U< 
U< mail 2
U< )
U< <tag2> OK done
U> <tag3> UID STORE 11 +FLAGS.SILENT (\Seen)
U< <tag3> OK done
S: +OK bye
S: <closed>
