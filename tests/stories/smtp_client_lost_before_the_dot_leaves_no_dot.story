# S-004, F-044: A client that is lost in the middle of its message has not sent it: the server's
# connection ends without an end of data, and without any command behind it.
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
C: half a message
U> half a message
cut client
U> <closed>
metric: postern_submission_messages_total{upstream="relay",result="aborted"} 1
log: session.ended reason=client_reset sent=0
