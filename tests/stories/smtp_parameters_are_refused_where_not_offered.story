# S-013: What the server does not have is refused by us, and it does not hear of it.
protocol: submission
upstream: AUTH PLAIN
begin: logged in
C: MAIL FROM:<joe@example.net> BODY=8BITMIME
S: 555 5.5.4 parameter not supported
C: MAIL FROM:<joe@example.net> SMTPUTF8
S: 555 5.5.4 parameter not supported
C: MAIL FROM:<joe@example.net> RET=FULL
S: 555 5.5.4 parameter not supported
C: MAIL FROM:<j\xc3\xb6@example.net>
S: 553 5.6.7 address needs SMTPUTF8
asked: 0 MAIL
