# I-030: A connection that ends during the login is an outage. The client may try again.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
close upstream
S: a NO [UNAVAILABLE] <any>
C: b NOOP
S: b OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
