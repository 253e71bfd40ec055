# S-032: NUL in the data: the message is refused at its end.
protocol: submission
config: submission.received=never
begin: logged in
C: MAIL FROM:<joe@example.net>
C: RCPT TO:<ann@example.org>
C: DATA
S: 250 2.1.0 sender fine
S: 250 2.1.5 recipient fine
S: 354 End data with <CR><LF>.<CR><LF>
C: a\0b
C: .
S: 554 5.6.0 message holds a NUL
asked: 0 message
