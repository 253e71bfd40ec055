# S-031: Where odd line ends are refused, that is told after the true end, and nothing is delivered.
protocol: submission
unsplit: how much went out before the newline depends on pieces
config: submission.received=never
config: submission.bare_newline=reject
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
C: a\nb
U> <closed>
C: c
C: .
S: 550 5.6.0 bare newline
