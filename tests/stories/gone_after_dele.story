# F-005: A client that goes after DELE, without QUIT, changes nothing.
begin: logged in
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: RETR 1
S: +OK 19 octets
S: Subject: a
S:
S: one
S: .
C: DELE 1
S: +OK message 1 deleted
close client
mailbox after: INBOX 11
asked: 0 UID STORE
asked: 0 UID EXPUNGE
log: session.ended reason=client_closed
