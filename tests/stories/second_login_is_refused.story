# T-022: One login per session: USER, PASS and AUTH after it get -ERR, and no upstream is asked.
begin: logged in

C: USER ann
S: -ERR already logged in
C: PASS other
S: -ERR already logged in
C: AUTH PLAIN <base64 \0ann\0other>
S: -ERR already logged in
C: QUIT
S: +OK bye
S: <closed>
asked: 1 AUTHENTICATE
