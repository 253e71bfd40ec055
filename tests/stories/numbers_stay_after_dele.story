# M-029, M-031: Numbers in LIST and UIDL do not move when a message is deleted; RSET brings it back,
# and STAT to what it was.
begin: logged in
mailbox: INBOX uidvalidity 7
message: uid 11, "Subject: a\r\n\r\none\r\n"
message: uid 12, "Subject: bb\r\n\r\ntwo\r\n"
message: uid 15, "Subject: ccc\r\n\r\nthree\r\n"

C: DELE 2
S: +OK message 2 deleted
C: LIST
S: +OK 2 messages (42 octets)
S: 1 19
S: 3 23
S: .
C: UIDL
S: +OK unique-id listing follows
S: 1 0000000b00000007
S: 3 0000000f00000007
S: .
C: RSET
S: +OK 3 messages (62 octets)
C: STAT
S: +OK 3 62
C: LIST 2
S: +OK 2 20
C: QUIT
S: +OK bye
S: <closed>
mailbox after: INBOX 11 12 15
