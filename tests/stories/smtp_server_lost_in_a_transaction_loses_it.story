# F-046: A server that is lost in a transaction has lost it: each command of it hears so, until the
# client begins anew.
protocol: submission
begin: logged in
C: MAIL FROM:<joe@example.net>
U> MAIL FROM:<joe@example.net>
U< 250 2.1.0 fine
S: 250 2.1.0 fine
cut upstream
C: RCPT TO:<ann@example.org>
S: 451 4.4.2 connection to the mail server lost, try again later
C: RCPT TO:<bob@example.org>
S: 451 4.4.2 connection to the mail server lost, try again later
C: DATA
S: 451 4.4.2 connection to the mail server lost, try again later
C: RSET
S: 250 2.0.0 OK
