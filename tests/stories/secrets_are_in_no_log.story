# M-063, T-072: With everything traced, no password is in the log: not of PASS, not of AUTH, not
# typed as a user name, as an unknown command or before USER.
message: uid 11, "Subject: a\r\n\r\none\r\n"
account: joe hunter2-secret

S: +OK POP3 ready
C: PASS hunter2-secret
S: -ERR USER first
C: hunter2-secret
S: -ERR unknown command
C: USER hunter2-secret
S: +OK send PASS
C: LIST hunter2-secret
S: -ERR <any>
C: AUTH PLAIN <base64 \0joe\0hunter2-secret>
S: +OK logged in
C: PASS hunter2-secret
S: -ERR already logged in
C: hunter2-secret
S: -ERR unknown command
C: QUIT
S: +OK bye
S: <closed>
log: session.ended reason=quit
log not: hunter2
log not: aHVudGVyMi1zZWNyZXQ
log not: GpvZQBodW50ZXIyLXNlY3JldA
