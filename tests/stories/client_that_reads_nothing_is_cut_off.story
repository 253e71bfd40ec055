# F-009: A client that takes nothing is cut off: ten minutes after the last octet that left, which
# are counted anew once if octets left while it was waited for. It gets no dot later.
begin: logged in
config: pop3.retr_buffer=1KiB
message: uid 11, "Subject: large\r\n\r\n<repeat 100000 0123456789\r\n>"

pause client
C: RETR 1
wait 9m
wait 12m
mailbox after: INBOX 11
log: session.ended retrieved=0
