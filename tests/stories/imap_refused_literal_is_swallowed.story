# I-014, T-032: Octets that come unasked behind a refused command are skipped, whatever they look
# like; so is the rest of that command, further literals included.
protocol: imap
S: * OK [CAPABILITY <any>
C: a XYZZY {10+}
C: x LOGOUT
C:  more {8+}
C: y LOGOUT\-
C:  end
S: a BAD no such literal here
C: b APPEND INBOX {8+}
C: x LOGOUT\-
C: 
S: b BAD log in first
C: c LOGIN {2000+}
C: <repeat 2000 x>\-
C:  y
S: c BAD no such literal here
C: d NOOP
S: d OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
