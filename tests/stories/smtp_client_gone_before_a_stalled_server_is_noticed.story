# S-004: When the server takes no octets and the client goes, its connection there is given up at
# once, without an end of data, and not only when the server has been waited for long enough.
protocol: submission
config: submission.received=never
begin: logged in
unsplit: half a million octets, one by one, prove nothing more
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
pause upstream
C: <repeat 500000 x>
wait 1s
cut client
log: session.ended reason=client_reset sent=0
resume upstream
U> <rest>
U> <closed>
