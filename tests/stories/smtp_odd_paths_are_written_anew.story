# S-023, S-024, T-030: Source routes and blanks are dropped, addresses written anew; what is no address
# does not reach the server.
protocol: submission
begin: logged in
C: MAIL FROM: <@relay.example,@b.example:joe@example.net>
U> MAIL FROM:<joe@example.net>
U< 250 2.1.0 fine
S: 250 2.1.0 fine
C: RCPT TO: ann@example.org
U> RCPT TO:<ann@example.org>
U< 250 2.1.5 fine
S: 250 2.1.5 fine
C: RCPT TO:<ann@example.org>> NOTIFY=NEVER
S: 501 5.1.3 not a recipient address
C: RCPT TO:<"ann\x01"@example.org>
S: 500 5.5.2 syntax error
C: RCPT TO:<ann@example.org\rRCPT TO:<bob@example.org>
S: 500 5.5.2 syntax error
