# M-015: Where TLS is on from the first octet, STLS is neither offered nor accepted.
listener: pop3s

tls client
S: +OK POP3 ready
C: STLS
S: -ERR no STLS now
C: QUIT
S: +OK bye
S: <closed>
