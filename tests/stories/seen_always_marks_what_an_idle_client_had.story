# M-128: With seen = "always", the mail of a client that is never heard of again is marked when the
# session ends.
begin: logged in
config: pop3.seen=always
config: pop3.idle_timeout=10m
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: RETR 1
S: +OK 19 octets
S: Subject: a
S: 
S: one
S: .
wait 600s
S: <closed>
mailbox after: INBOX 11(\Seen)
log: session.ended reason=idle_timeout retrieved=1
