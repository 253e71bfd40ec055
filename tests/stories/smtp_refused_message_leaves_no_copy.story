# S-040: What the submission server refuses is copied nowhere; neither is what was cut off.
protocol: submission
config: submission.save_sent=on
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
C: Message-ID: <a1@client.example>
C: Subject: hi
C: 
C: ..hello
C: .
U> Received: from client.example ([192.0.2.1])
U> \tby mail.example.net with ESMTPA id <any>
U> \t<any>
U> Message-ID: <a1@client.example>
U> Subject: hi
U> 
U> ..hello
U> .
U< 550 5.7.1 not like this
S: 550 5.7.1 not like this
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
C: Message-ID: <a1@client.example>
C: Subject: hi
C: 
C: ..hello
C: .
U> Received: from client.example ([192.0.2.1])
U> \tby mail.example.net with ESMTPA id <any>
U> \t<any>
U> Message-ID: <a1@client.example>
U> Subject: hi
U> 
U> ..hello
U> .
U< 451 4.3.0 later
S: 451 4.3.0 later
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
C: Message-ID: <a2@client.example>
U> Received: from client.example ([192.0.2.1])
U> \tby mail.example.net with ESMTPA id <any>
U> \t<any>
U> Message-ID: <a2@client.example>
cut client
U> <closed>
metric: postern_submission_copies_total{upstream="imap",result="saved"} 0
