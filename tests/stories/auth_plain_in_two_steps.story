# M-024, M-025: Without an initial response the empty challenge is plus, blank, CRLF, and the answer
# logs in.

S: +OK POP3 ready
C: AUTH PLAIN
S: + 
C: <base64 \0joe\0secret>
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
