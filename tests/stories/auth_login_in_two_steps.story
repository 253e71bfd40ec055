# M-024: AUTH LOGIN asks for name and password, and logs in.

S: +OK POP3 ready
C: AUTH LOGIN
S: + VXNlcm5hbWU6
C: <base64 joe>
S: + UGFzc3dvcmQ6
C: <base64 secret>
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
