# M-003, M-004: Commands that end with a bare LF work like those that end with CRLF, and every line
# of a reply ends with CRLF all the same.
message: uid 11, "Subject: hi\r\n\r\nhello\r\n"

S: +OK POP3 ready
C: USER joe\n\-
S: +OK send PASS
C: PASS secret\n\-
S: +OK logged in
C: LIST\n\-
S: +OK 1 messages (22 octets)
S: 1 22
S: .
C: QUIT\n\-
S: +OK bye
S: <closed>
