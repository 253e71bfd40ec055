# T-055, M-135: Of a large mail whose top was all that was wanted, the rest is never taken for answers,
# on a link that was made in mid-session as on the first: the next mail goes over another.
begin: logged in
message: uid 11, "Subject: large\r\n\r\n<repeat 150000 0123456789\r\n>"
message: uid 12, "Subject: hi\r\n\r\nhello\r\n"

crash
C: TOP 1 22600
S: +OK top of message follows
S: Subject: large
S: 
S: <repeat 22600 0123456789\r\n>.
C: RETR 2
S: +OK 22 octets
S: Subject: hi
S: 
S: hello
S: .
metric: postern_upstream_disconnects_total{upstream="imap",reason="protocol_error"} 0
