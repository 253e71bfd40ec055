# M-002: Commands work in upper, lower and mixed case.
message: uid 11, "Subject: hi\r\n\r\nhello\r\n"

S: +OK POP3 ready
C: user joe
S: +OK send PASS
C: pAsS secret
S: +OK logged in
C: stat
S: +OK 1 22
C: Retr 1
S: +OK 22 octets
S: Subject: hi
S:
S: hello
S: .
C: quIT
S: +OK bye
S: <closed>
