# S-037: Two copies at once find no mailbox for sent mail. Whoever is late with making it looks again,
# since not every server says why it refuses (Courier).
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
U< 250 2.0.0 queued as 7
S: 250 2.0.0 queued as 7
C: NOOP
S: 250 2.0.0 OK
U< * OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ SPECIAL-USE LIST-EXTENDED ESEARCH UNSELECT AUTH=PLAIN] ready
U> <taga1> AUTHENTICATE PLAIN <base64 \0joe\0secret>
U< <taga1> OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ SPECIAL-USE LIST-EXTENDED ESEARCH UNSELECT AUTH=PLAIN] in
U> <taga2> LIST "" "*" RETURN (SPECIAL-USE)
U< * LIST () "/" "INBOX"
U< <taga2> OK done
U> <taga2b> CREATE "Sent"
U< <taga2b> NO cannot create it
U> <taga2c> LIST "" "*" RETURN (SPECIAL-USE)
U< * LIST () "/" "INBOX"
U< * LIST () "/" "Sent"
U< <taga2c> OK done
U> <taga3> SELECT "Sent"
U< * 0 EXISTS
U< * OK [UIDVALIDITY 7] fine
U< <taga3> OK [READ-WRITE] done
U> <taga4> UID SEARCH RETURN (ALL) HEADER Message-ID "<a1@client.example>" SINCE <any>
U< * ESEARCH (TAG "<taga4>") UID
U< <taga4> OK done
U> <taga5> APPEND "Sent" (\Seen) "<any>
U> Message-ID: <a1@client.example>
U> Subject: hi
U> 
U> .hello
U> 
U< <taga5> OK [APPENDUID 7 1] done
metric: postern_submission_copies_total{upstream="imap",result="saved"} 1
C: QUIT
S: 221 2.0.0 bye
S: <closed>
