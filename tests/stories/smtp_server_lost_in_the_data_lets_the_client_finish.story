# S-005, F-045: With the server lost in the middle, the client is heard to its end, told so, and can
# try again on the same connection.
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
C: first half
U> first half
cut upstream
C: second half
C: third half
C: .
S: 451 4.4.2 connection to the mail server lost, try again later
C: NOOP
S: 250 2.0.0 OK
