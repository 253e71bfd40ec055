# M-016, T-001: With a border behind the STLS line, what follows in clear still is not executed.
split
S: +OK POP3 ready
C: STLS
C: USER joe
C: PASS secret
S: +OK begin TLS negotiation
S: <closed>
silence
