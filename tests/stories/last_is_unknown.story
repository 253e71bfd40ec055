# M-033: LAST gets -ERR, so that fetchmail turns to UIDL.
begin: logged in

C: LAST
S: -ERR unknown command
C: QUIT
S: +OK bye
S: <closed>
