# T-019, T-025, T-027: Base64 that is none, PLAIN with too few or too many NULs, with another
# authorization identity, with line ends or with an empty user: all refused here.
config: pop3.bad_commands_auth=30

S: +OK POP3 ready
C: AUTH PLAIN !!!!
S: -ERR invalid base64
C: AUTH PLAIN AGpvZQBzZWNyZXQ
S: -ERR invalid base64
C: AUTH PLAIN AGpvZQBzZWNyZXR=
S: -ERR invalid base64
C: AUTH PLAIN <base64 joe\0secret>
S: -ERR <any>
C: AUTH PLAIN <base64 \0joe\0sec\0ret>
S: -ERR <any>
C: AUTH PLAIN <base64 admin\0joe\0secret>
S: -ERR <any>
C: AUTH PLAIN <base64 \0joe\0sec\r\nret>
S: -ERR <any>
C: AUTH PLAIN <base64 \0jo\ne\0secret>
S: -ERR <any>
C: AUTH PLAIN <base64 \0\0secret>
S: -ERR <any>
C: AUTH PLAIN
S: + 
C: <repeat 17000 A>
S: -ERR line too long
C: AUTH LOGIN <base64 jo\0e>
S: -ERR <any>
C: QUIT
S: +OK bye
S: <closed>
silence
