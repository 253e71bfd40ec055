# M-009, T-040, T-043: A line that does not end within 64 KiB ends the connection; nothing of it is
# kept meanwhile.

S: +OK POP3 ready
C: <repeat 66560 x>\-
S: <closed>
silence
log: session.ended reason=protocol_error
