# I-013, T-041: No go-ahead for a literal that is too large, one too many, or of a command that
# takes none.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN {1025}
S: a BAD no such literal here
C: b LOGIN {99999999999999999999999}
S: b BAD no such literal here
C: c NOOP {3}
S: c BAD no such literal here
C: d LOGIN joe secret {3}
S: + OK
C: abc {3}
S: + OK
C: abc {3}
S: d BAD no such literal here
C: e LOGIN ~{3}
S: e BAD no such literal here
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
