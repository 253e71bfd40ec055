# M-038, F-005, F-010: After ten minutes of silence the connection is closed, without an octet, and
# nothing is committed.
begin: logged in
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: DELE 1
S: +OK message 1 deleted
wait 599s
C: NOOP
S: +OK
wait 599s
wait 2s
S: <closed>
mailbox after: INBOX 11
asked: 0 UID STORE
log: session.ended reason=idle_timeout deleted=0
