# S-013, S-014, S-015: Parameters are written anew where their extension is offered; whom a client
# names by AUTH is not believed; unknown ones are refused.
protocol: submission
begin: logged in
C: MAIL FROM:<joe@example.net> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=abc+2B AUTH=boss@example.net
U> MAIL FROM:<joe@example.net> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=abc+2B AUTH=<>
U< 250 2.1.0 fine
S: 250 2.1.0 fine
C: RCPT TO:<ann@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ann@example.org
U> RCPT TO:<ann@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ann@example.org
U< 250 2.1.5 fine
S: 250 2.1.5 fine
C: RCPT TO:<ann@example.org> X-FAST=yes
S: 555 5.5.4 parameter not supported
C: RSET
U> RSET
U< 250 2.0.0 fine
S: 250 2.0.0 OK
C: MAIL FROM:<joe@example.net> BODY=BINARYMIME
S: 501 5.5.4 parameter value not valid
C: MAIL FROM:<joe@example.net> X-FAST
S: 555 5.5.4 parameter not supported
