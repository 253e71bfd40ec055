# M-036, F-008: DELE and QUIT followed at once by the end of the connection still remove the
# message, and all complete commands are answered.
begin: logged in
message: uid 11, "Subject: a\r\n\r\none\r\n"
message: uid 12, "Subject: bb\r\n\r\ntwo\r\n"

C: DELE 1
C: QUIT
eof client
S: +OK message 1 deleted
S: +OK bye
S: <closed>
mailbox after: INBOX 12
