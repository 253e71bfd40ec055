# F-047: A server that refuses in the middle of the data is relayed, but only after the client's
# end: until then it would not listen.
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
U< 552 5.3.4 too large for us
C: second
U> <closed>
C: third
C: .
S: 552 5.3.4 too large for us
