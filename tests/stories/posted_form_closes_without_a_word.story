# T-014: A form that a web page posts to the POP3 port is closed at its first line.

S: +OK POP3 ready
C: POST /x HTTP/1.0
C: Content-Length: 30
C:
C: USER joe
C: PASS secret
S: <closed>
silence
