# M-056, T-027: Credentials with CR, LF or NUL never reach the upstream, by whatever method.
config: pop3.bad_commands_auth=30

S: +OK POP3 ready
C: AUTH LOGIN <base64 joe>
S: + UGFzc3dvcmQ6
C: <base64 sec\rret>
S: -ERR <any>
C: AUTH LOGIN <base64 joe\n>
S: -ERR <any>
C: AUTH PLAIN <base64 \0joe\0sec\nret>
S: -ERR <any>
C: AUTH XOAUTH2 <base64 user=joe\nx\x01auth=Bearer t\x01\x01>
S: -ERR <any>
C: USER joe
S: +OK send PASS
C: PASS a\rb
S: -ERR invalid character
C: QUIT
S: +OK bye
S: <closed>
silence
