# M-110: Exchange is asked for one body at a time.
begin: logged in
greeting: The Microsoft Exchange IMAP4 service is ready.
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"

C: RETR 1
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
asked: 0 UID FETCH 12
C: RETR 2
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
asked: 0 UID FETCH 13
