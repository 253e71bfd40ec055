# S-033: LF dot LF ends a message only of clients that are listed.
protocol: submission
config: submission.lf_eod_networks=["192.0.2.1/32"]
config: submission.received=never
begin: logged in
C: MAIL FROM:<joe@example.net>\n\-
C: RCPT TO:<ann@example.org>\n\-
C: DATA\n\-
S: 250 2.1.0 sender fine
S: 250 2.1.5 recipient fine
S: 354 End data with <CR><LF>.<CR><LF>
C: hello\n.\n\-
S: 250 2.0.0 taken
asked: 1 message 7 octets
