# M-030: LIST, UIDL, RETR, TOP and DELE of a number that is deleted, zero, negative, too large or
# none get -ERR.
begin: logged in
config: pop3.bad_commands=100
message: uid 11, "Subject: a\r\n\r\none\r\n"
message: uid 12, "Subject: bb\r\n\r\ntwo\r\n"

C: DELE 1
S: +OK message 1 deleted
C: LIST 1
C: UIDL 1
C: RETR 1
C: TOP 1 0
C: DELE 1
S: <repeat 5 -ERR message 1 already deleted\r\n>\-
C: LIST 0
C: UIDL 0
C: RETR 0
C: TOP 0 0
C: DELE 0
C: LIST 3
C: UIDL 3
C: RETR 3
C: TOP 3 1
C: DELE 3
C: LIST 4294967297
C: UIDL 99999999999999999999
C: RETR 4294967298
C: TOP 18446744073709551618 1
C: DELE 4294967298
S: <repeat 15 -ERR no such message\r\n>\-
C: LIST -1
C: UIDL +2
C: RETR two
C: RETR
C: RETR 2 2
C: TOP 2
C: TOP 2 -1
C: DELE 2x
C: DELE 0x2
S: <repeat 9 -ERR syntax error\r\n>\-
C: LIST 0002
S: +OK 2 20
C: RSET
S: +OK 2 messages (39 octets)
C: QUIT
S: +OK bye
S: <closed>
