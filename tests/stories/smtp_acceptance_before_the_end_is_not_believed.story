# S-001, S-003: A server that accepts a message before it has seen its end has accepted something else.
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
U< 250 2.0.0 taken
S: 354 End data with <CR><LF>.<CR><LF>
C: hello
C: .
U> <closed>
S: 451 4.4.2 connection to the mail server lost, try again later
metric: postern_submission_messages_total{upstream="relay",result="rejected_temporary"} 1
