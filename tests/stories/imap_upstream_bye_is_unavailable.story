# I-030: A greeting of BYE is an outage. The client may try again.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * BYE too busy
U> <closed>
S: a NO [UNAVAILABLE] <any>
C: b NOOP
S: b OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
