# S-005, T-020: A message that cannot be delivered any more is read for five minutes, however busy
# the client is; then it is told so, and the connection ends.
protocol: submission
config: submission.received=never
begin: logged in
C: MAIL FROM:<joe@example.net>
U> MAIL FROM:<joe@example.net>
U< 250 2.1.0 fine
S: 250 2.1.0 fine
C: RCPT TO:<ann@example.org>
U> RCPT TO:<ann@example.org>
U< 250 2.1.5 fine
S: 250 2.1.5 fine
C: DATA
U> DATA
U< 354 go on
S: 354 End data with <CR><LF>.<CR><LF>
C: first
U> first
cut upstream
C: second
wait 3m
C: third
wait 3m
S: 421 4.4.2 line or message too long
S: <closed>
metric: postern_submission_messages_total{upstream="relay",result="aborted"} 1
