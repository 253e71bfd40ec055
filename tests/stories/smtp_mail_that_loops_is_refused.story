# S-036: More than a hundred Received fields: the message goes in circles.
protocol: submission
config: submission.received=never
begin: logged in
C: MAIL FROM:<joe@example.net>
C: RCPT TO:<ann@example.org>
C: DATA
S: 250 2.1.0 sender fine
S: 250 2.1.5 recipient fine
S: 354 End data with <CR><LF>.<CR><LF>
C: <repeat 101 Received: from a by b; c\r\n>\-
C: 
C: .
S: 554 5.4.6 mail loop: too many Received fields
asked: 0 message
