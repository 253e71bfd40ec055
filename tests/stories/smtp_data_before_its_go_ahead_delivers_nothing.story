# S-027, T-029: A message that does not wait for its go-ahead ends the session, and none of it reaches
# the server.
protocol: submission
begin: logged in
unsplit: the octets behind must have come
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
C: RCPT TO:<ann@example.org>
S: 250 2.1.5 recipient fine
C: DATA
C: Subject: hello
C: .
S: 503 5.5.0 data before it was asked for
S: <closed>
asked: 0 DATA
asked: 0 message
