# M-011: Twenty bad commands in a row after login end the connection; one good command between them
# and the count begins anew.
begin: logged in
message: uid 11, "Subject: hi\r\n\r\nhello\r\n"

C: <repeat 19 FOO\r\n>\-
S: <repeat 19 -ERR unknown command\r\n>\-
C: NOOP
S: +OK
C: <repeat 20 FOO\r\n>\-
S: <repeat 20 -ERR unknown command\r\n>\-
S: -ERR too many errors
S: <closed>
log: session.ended reason=too_many_errors
mailbox after: INBOX 11
