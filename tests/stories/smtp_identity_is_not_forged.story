# T-035: Whom a client names by AUTH= is not believed, its header fields stay as they are, and our one
# Received field says only what we know: a greeting that is no name is not repeated.
protocol: submission
S: 220 mail.example.net ESMTP
C: EHLO bank.example/verified
U< 220 smtp.example.net ESMTP
U> EHLO mail.example.net
U< 250-smtp.example.net
U< 250-DSN
U< 250 AUTH PLAIN
S: <rest>\-
C: AUTH PLAIN <base64 \0joe\0secret>
U< 220 smtp.example.net ESMTP
U> EHLO mail.example.net
U< 250-smtp.example.net
U< 250-DSN
U< 250 AUTH PLAIN
U> AUTH PLAIN <base64 \0joe\0secret>
U< 235 2.7.0 welcome
S: 235 2.7.0 authentication successful
C: MAIL FROM:<boss@example.net> AUTH=boss@example.net
U> MAIL FROM:<boss@example.net> AUTH=<>
U< 250 2.1.0 fine
S: 250 2.1.0 fine
C: RCPT TO:<ann@example.org> ORCPT=rfc822;ann@example.org+0D+0ARCPT
S: 501 5.5.4 parameter value not valid
C: RCPT TO:<ann@example.org> ORCPT=rfc822;boss@example.net
U> RCPT TO:<ann@example.org> ORCPT=rfc822;boss@example.net
U< 250 2.1.5 fine
S: 250 2.1.5 fine
C: DATA
U> DATA
U< 354 go on
S: 354 End data with <CR><LF>.<CR><LF>
C: Received: from bank.example by mail.example.net with ESMTPSA; now
C: Sender: boss@example.net
C: X-Authenticated-As: boss
C: 
C: hello
C: .
U> Received: from unknown ([192.0.2.1])
U> \tby mail.example.net with ESMTPA id <any>
U> \t<any>
U> Received: from bank.example by mail.example.net with ESMTPSA; now
U> Sender: boss@example.net
U> X-Authenticated-As: boss
U> 
U> hello
U> .
U< 250 2.0.0 queued
S: 250 2.0.0 queued
