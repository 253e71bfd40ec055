# M-024, T-019: "*" cancels, with -ERR and no code; the session goes on.

S: +OK POP3 ready
C: AUTH PLAIN
S: + 
C: *
S: -ERR cancelled
C: AUTH LOGIN
S: + VXNlcm5hbWU6
C: <base64 joe>
S: + UGFzc3dvcmQ6
C: *
S: -ERR cancelled
C: QUIT
S: +OK bye
S: <closed>
silence
