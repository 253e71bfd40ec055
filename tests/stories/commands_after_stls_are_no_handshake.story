# M-016, T-002: What comes in clear behind the go-ahead is not the handshake that was announced: the
# connection ends, and nothing of it is executed.

S: +OK POP3 ready
C: STLS
S: +OK begin TLS negotiation
C: USER joe
C: PASS secret
S: <closed>
silence
log: session.ended reason=tls_error
