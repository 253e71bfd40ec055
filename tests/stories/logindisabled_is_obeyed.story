# M-052: Where the server says LOGINDISABLED, LOGIN is never sent; PLAIN in two steps is.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] ready
U> <tag> AUTHENTICATE PLAIN
U< + 
U> <base64 \0joe\0secret>
U< <tag> NO [AUTHENTICATIONFAILED] no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
