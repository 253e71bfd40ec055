# M-012, T-014: A web request bounced to the POP3 port is closed without a reply, and nothing of it
# is echoed.

S: +OK POP3 ready
C: GET / HTTP/1.1
C: Host: example.net
C:
C: QUIT
S: <closed>
log: session.ended reason=protocol_error
log not: example.net
silence
