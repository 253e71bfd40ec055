# F-037, F-043, M-135: A link that died in silence is found by its NOOP, and made again for RETR.
begin: logged in
message: uid 11, "Subject: hi\r\n\r\nhello\r\n"

crash
wait 301s
C: RETR 1
S: +OK 22 octets
S: Subject: hi
S: 
S: hello
S: .
C: UIDL 1
S: +OK 1 0000000b00000001
C: QUIT
S: +OK bye
S: <closed>
asked: 2 SELECT
asked: 1 UID FETCH 11
mailbox after: INBOX 11(\Seen)
metric: postern_upstream_retries_total{upstream="imap",reason="stale_connection"} 1
