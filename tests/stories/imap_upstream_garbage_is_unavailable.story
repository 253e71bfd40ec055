# I-030: What is no IMAP is an outage. The client may try again.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< 220 smtp ready
U> <closed>
S: a NO [UNAVAILABLE] <any>
C: b NOOP
S: b OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
