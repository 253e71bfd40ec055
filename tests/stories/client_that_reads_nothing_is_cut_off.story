# F-009: A client that takes nothing for ten minutes is cut off, and gets no dot later.
begin: logged in
config: pop3.retr_buffer=1KiB
message: uid 11, "Subject: large\r\n\r\n<repeat 100000 0123456789\r\n>"

pause client
C: RETR 1
wait 9m
wait 2m
mailbox after: INBOX 11
log: session.ended retrieved=0
