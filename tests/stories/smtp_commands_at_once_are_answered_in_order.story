# S-026: Commands that come at once are answered in their order.
protocol: submission
begin: logged in
C: MAIL FROM:<joe@example.net>
C: RCPT TO:<ann@example.org>
C: RCPT TO:<bob@example.org>
C: DATA
S: 250 2.1.0 sender fine
S: 250 2.1.5 recipient fine
S: 250 2.1.5 recipient fine
S: 354 End data with <CR><LF>.<CR><LF>
C: hello
C: .
S: 250 2.0.0 taken
C: QUIT
S: 221 2.0.0 bye
S: <closed>
asked: 2 RCPT
