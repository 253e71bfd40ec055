# T-014: A first line that is a header of HTTP ends the connection, without a reply.
S: +OK POP3 ready
C: Host: mail.example.test
S: <closed>
