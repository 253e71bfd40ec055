# M-110: Mail that was asked for ahead and not wanted for ten seconds is given up, and asked for again
# when it is.
begin: logged in
greeting: Dovecot ready.
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"

C: RETR 1
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
asked: 1 UID FETCH 12
wait 9s
C: NOOP
S: +OK
wait 11s
C: RETR 2
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
asked: 2 UID FETCH 12
