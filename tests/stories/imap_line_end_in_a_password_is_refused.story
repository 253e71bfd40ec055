# I-016, T-027: A password that holds a line end goes nowhere.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe {14+}
C: x
C: b LOGOUT
C: 
S: a BAD control characters in user name or password
C: c LOGIN joe {3+}
C: a\0b
S: c BAD NUL
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
