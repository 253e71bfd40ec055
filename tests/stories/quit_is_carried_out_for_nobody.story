# F-007: QUIT complete, then gone: the messages are removed although nobody hears of it.
begin: logged in
message: uid 11, "Subject: a\r\n\r\none\r\n"
unsplit: the end has to come in one piece with QUIT

C: DELE 1
S: +OK message 1 deleted
C: QUIT
close client
mailbox after: INBOX empty
log: session.ended reason=quit deleted=1
