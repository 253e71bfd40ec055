# S-002: What the server says against a message reaches the client with code, enhanced code on each
# line, and every line.
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
C: spam
C: .
U> spam
U> .
U< 554-5.7.1 this looks like spam
U< 554 5.7.1 see our rules
S: 554-5.7.1 this looks like spam
S: 554 5.7.1 see our rules
metric: postern_submission_messages_total{upstream="relay",result="rejected_permanent"} 1
C: NOOP
S: 250 2.0.0 OK
