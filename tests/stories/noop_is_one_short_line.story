# M-034: NOOP is answered with one short line.
begin: logged in

C: NOOP
S: +OK
C: NOOP
S: +OK
C: QUIT
S: +OK bye
S: <closed>
