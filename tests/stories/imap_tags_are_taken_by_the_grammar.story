# I-024: Tags with plus or percent, empty ones and those of 65 octets are refused; one of 64 octets
# is echoed as it came.
protocol: imap
S: * OK [CAPABILITY <any>
C: a+ NOOP
S: * BAD no tag
C: a% NOOP
S: * BAD no tag
C:  NOOP
S: * BAD no tag
C: <repeat 65 t> NOOP
S: * BAD no tag
C: <repeat 64 t> NOOP
S: <repeat 64 t> OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
