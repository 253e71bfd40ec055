# M-005: Blanks behind any command but PASS are ignored.
message: uid 11, "Subject: hi\r\n\r\nhello\r\n"

S: +OK POP3 ready
C: USER joe  \t
S: +OK send PASS
C: PASS secret
S: +OK logged in
C: STAT 
S: +OK 1 22
C: LIST 1  
S: +OK 1 22
C: NOOP\t
S: +OK
C: DELE 1 
S: +OK message 1 deleted
C: RSET  
S: +OK 1 messages (22 octets)
C: QUIT 
S: +OK bye
S: <closed>
