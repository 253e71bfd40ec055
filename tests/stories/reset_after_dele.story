# F-005: Nor does one whose connection breaks.
begin: logged in
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: DELE 1
S: +OK message 1 deleted
cut client
mailbox after: INBOX 11
log: session.ended reason=client_reset
