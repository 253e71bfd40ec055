# M-110, M-031: Commands that ask nothing of the upstream leave what was asked for ahead where it is;
# a message that was deleted is left out.
begin: logged in
greeting: Dovecot ready.
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"
message: uid 14, "Subject: 4\r\n\r\nmail 4\r\n"

C: RETR 1
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
C: DELE 1
S: +OK message 1 deleted
C: DELE 3
S: +OK message 3 deleted
C: NOOP
S: +OK
C: RETR 2
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
asked: 0 UID FETCH 13
asked: 1 UID FETCH 14
C: RSET
S: +OK 4 messages (88 octets)
C: RETR 3
S: +OK 22 octets
S: Subject: 3
S: 
S: mail 3
S: .
C: QUIT
S: +OK bye
S: <closed>
asked: 1 UID FETCH 11
asked: 1 UID FETCH 12
mailbox after: INBOX 11(\Seen) 12(\Seen) 13(\Seen) 14
