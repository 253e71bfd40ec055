# M-012: The first octets of TLS on a port that wants STLS first are closed without a reply.

S: +OK POP3 ready
C: \x16\x03\x01\x02\x00\x01\-
S: <closed>
log: session.ended reason=protocol_error
silence
