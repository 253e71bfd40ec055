# T-022, T-023, T-010: What is not offered is refused: CRAM-MD5, EXTERNAL, APOP; and there is no
# command that would start compression.

S: +OK POP3 ready
C: AUTH CRAM-MD5
S: -ERR unrecognized mechanism
C: AUTH EXTERNAL =
S: -ERR unrecognized mechanism
C: APOP joe c4c9334bac560ecc979e58001b3e22fb
S: -ERR APOP not supported
C: COMPRESS DEFLATE
S: -ERR unknown command
C: QUIT
S: +OK bye
S: <closed>
silence
