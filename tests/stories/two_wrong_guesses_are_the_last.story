# M-110: A client that does not go on to the next message is not guessed at for long; what is wrong is
# read away, and is not retrieved.
begin: logged in
greeting: Dovecot ready.
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"
message: uid 14, "Subject: 4\r\n\r\nmail 4\r\n"
message: uid 15, "Subject: 5\r\n\r\nmail 5\r\n"
message: uid 16, "Subject: 6\r\n\r\nmail 6\r\n"

C: RETR 1
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
asked: 1 UID FETCH 12
C: RETR 5
S: +OK 22 octets
S: Subject: 5
S: 
S: mail 5
S: .
asked: 1 UID FETCH 16
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
C: QUIT
S: +OK bye
S: <closed>
asked: 1 UID FETCH 12
asked: 1 UID FETCH 14
asked: 1 UID FETCH 15
asked: 1 UID FETCH 13
mailbox after: INBOX 11(\Seen) 12 13(\Seen) 14(\Seen) 15(\Seen) 16
log: session.ended reason=quit retrieved=4
