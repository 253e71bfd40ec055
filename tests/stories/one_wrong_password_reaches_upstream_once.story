# M-058: Thunderbird tries one wrong password by AUTH PLAIN, AUTH LOGIN, USER and PASS: it reaches
# the upstream once, so no account gets locked.

S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0wrong>
wait 3s
S: -ERR [AUTH] invalid user name or password
C: AUTH LOGIN <base64 joe>
S: + UGFzc3dvcmQ6
C: <base64 wrong>
wait 3s
S: -ERR [AUTH] invalid user name or password
C: USER joe
S: +OK send PASS
C: PASS wrong
wait 3s
S: -ERR [AUTH] invalid user name or password
S: <closed>
asked: 1 AUTHENTICATE
