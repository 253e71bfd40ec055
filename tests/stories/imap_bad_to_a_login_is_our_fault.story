# I-030: BAD to our own command is [SERVERBUG], and no wrong password.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> BAD what
S: a NO [SERVERBUG] <any>
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
