# M-128: With seen = "always", mail that went out whole is marked even if the client goes without QUIT,
# here in the middle of the next mail; what it had deleted is not removed.
begin: logged in
config: pop3.seen=always
config: pop3.retr_buffer=1KiB
message: uid 11, "Subject: a\r\n\r\none\r\n"
message: uid 12, "Subject: b\r\n\r\ntwo\r\n"
message: uid 13, "Subject: large\r\n\r\n<repeat 100000 0123456789\r\n>"

C: RETR 1
S: +OK 19 octets
S: Subject: a
S: 
S: one
S: .
C: DELE 2
S: +OK message 2 deleted
pause client
C: RETR 3
cut client
mailbox after: INBOX 11(\Seen) 12 13
log: session.ended reason=client_reset retrieved=1 deleted=0
