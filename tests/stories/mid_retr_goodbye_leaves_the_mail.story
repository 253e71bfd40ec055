# F-006: A client that goes in the middle of a mail changes nothing: its deletions are forgotten and
# nothing is marked as seen.
begin: logged in
config: pop3.retr_buffer=1KiB
message: uid 11, "Subject: a\r\n\r\none\r\n"
message: uid 12, "Subject: large\r\n\r\n<repeat 100000 0123456789\r\n>"

C: DELE 1
S: +OK message 1 deleted
pause client
C: RETR 2
cut client
mailbox after: INBOX 11 12
asked: 0 UID STORE
log: session.ended reason=client_reset retrieved=0 deleted=0
