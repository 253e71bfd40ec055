# S-001, S-034: The 250 of the client is the server's own, and comes after it; what is not known of
# the client otherwise stands in one Received field in front.
protocol: submission
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
C: Subject: hi
C: 
C: hello
C: .
U> Received: from client.example ([192.0.2.1])
U> \tby mail.example.net with ESMTPA id <any>
U> \t<any>
U> Subject: hi
U> 
U> hello
U> .
U< 250 2.0.0 queued as 7
S: 250 2.0.0 queued as 7
metric: postern_submission_messages_total{upstream="relay",result="accepted"} 1
metric: postern_submission_recipients_total{upstream="relay",result="accepted"} 1
C: QUIT
S: 221 2.0.0 bye
S: <closed>
log: session.ended reason=quit sent=1
