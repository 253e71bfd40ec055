# I-031, T-020: Unknown users and wrong passwords are told in the same words.
protocol: imap
config: auth.failure_delay=0s
S: * OK [CAPABILITY <any>
C: a LOGIN joe wrong
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "wrong"
U< <tag> NO [AUTHENTICATIONFAILED] wrong password
S: a NO [AUTHENTICATIONFAILED] Authentication failed
C: b LOGIN nobody wrong
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag3> LOGIN "nobody" "wrong"
U< <tag3> NO there is no such user
S: b NO [AUTHENTICATIONFAILED] Authentication failed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
