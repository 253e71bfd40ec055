# I-012: "{0}" is no octet at all: an empty password, which is refused without asking anybody.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe {0}
S: + OK
C: 
wait 3s
S: a NO [AUTHENTICATIONFAILED] Authentication failed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
