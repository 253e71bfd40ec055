# I-022, T-018: With a wrong password what came behind LOGIN in one piece is heard by us, and
# nothing of it goes upstream.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe wrong
C: b SELECT INBOX
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "wrong"
U< <tag> NO [AUTHENTICATIONFAILED] user exists, password is wrong
wait 3s
S: a NO [AUTHENTICATIONFAILED] Authentication failed
S: b BAD log in first
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
metric: postern_auth_attempts_total{protocol="imap",mechanism="login_command",result="bad_credentials"} 1
