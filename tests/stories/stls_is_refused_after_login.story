# M-015: After login STLS gets -ERR, in clear as well.
begin: logged in

C: STLS
S: -ERR already logged in
C: QUIT
S: +OK bye
S: <closed>
