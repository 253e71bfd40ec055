# M-028: LIST and UIDL of an empty maildrop are +OK and a dot.
begin: logged in

C: STAT
S: +OK 0 0
C: LIST
S: +OK 0 messages
S: .
C: UIDL
S: +OK unique-id listing follows
S: .
C: LIST 1
S: -ERR no such message
C: QUIT
S: +OK bye
S: <closed>
