# F-007: QUIT without its line end, then gone: nothing is removed.
begin: logged in
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: DELE 1
S: +OK message 1 deleted
C: QUIT\-
close client
mailbox after: INBOX 11
