# I-032: LIMIT and ALERT keep code and text.
protocol: imap
config: auth.failure_delay=0s
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [LIMIT] five sessions are enough
S: a NO [LIMIT] five sessions are enough
C: b LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag2> LOGIN "joe" "secret"
U< <tag2> NO [ALERT] application password needed
S: b NO [ALERT] application password needed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
