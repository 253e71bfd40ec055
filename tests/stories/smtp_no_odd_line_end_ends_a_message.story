# S-028, S-029, S-030, T-029: However lines end, the message ends at CRLF dot CRLF, and what follows an
# odd end stays text; dots arrive as they were meant.
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
C: a\n.\nMAIL FROM:<x@example.com>\n.
C: b\r.\rRCPT TO:<x@example.com>
C: ..two
C: .one\r
C: .
U> a
U> ..
U> MAIL FROM:<x@example.com>
U> ..
U> b
U> ..
U> RCPT TO:<x@example.com>
U> ..two
U> one
U> .
U< 250 2.0.0 taken
S: 250 2.0.0 taken
