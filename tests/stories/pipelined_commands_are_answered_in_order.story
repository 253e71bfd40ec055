# M-035, T-047: Fifty commands in one piece are answered one after the other.
begin: logged in
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: <repeat 16 NOOP\r\nSTAT\r\nLIST 1\r\n>\-
C: RETR 1
C: QUIT
S: <repeat 16 +OK\r\n+OK 1 19\r\n+OK 1 19\r\n>\-
S: +OK 19 octets
S: Subject: a
S:
S: one
S: .
S: +OK bye
S: <closed>
