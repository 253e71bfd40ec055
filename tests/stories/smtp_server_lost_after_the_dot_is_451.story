# S-003: A server that is lost behind the last dot may have the message or not: a duplicate is
# possible, a loss is not, so the client is never told that all is well.
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
C: hello
C: .
U> hello
U> .
cut upstream
S: 451 4.4.2 connection to the mail server lost, try again later
metric: postern_submission_messages_total{upstream="relay",result="rejected_temporary"} 1
