# S-012: A message announced as too large is refused at once, one that grows too large at its end,
# and the server never sees an end of it.
protocol: submission
config: submission.received=never
config: submission.max_size=1KiB
begin: logged in
C: MAIL FROM:<joe@example.net> SIZE=1025
S: 552 5.3.4 message too large
C: MAIL FROM:<joe@example.net> SIZE=10
U> MAIL FROM:<joe@example.net> SIZE=1034
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
C: <repeat 1100 x>
U> <rest>\-
U> <closed>
C: .
S: 552 5.3.4 message too large
metric: postern_submission_messages_total{upstream="relay",result="too_large"} 1
