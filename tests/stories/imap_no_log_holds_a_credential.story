# I-045, T-070: Everything traced, no line of the log holds a password, in whichever form it was
# said, continuations and wrong lines included.
protocol: imap
config: auth.failure_delay=0s
config: auth.max_attempts=9

S: * OK [CAPABILITY <any>
C: a LOGIN joe geheim7
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "geheim7"
U< <tag> NO no
S: a NO [AUTHENTICATIONFAILED] Authentication failed
C: b LOGIN joe {7}
S: + OK
C: geheim7
S: b NO [AUTHENTICATIONFAILED] Authentication failed
C: c AUTHENTICATE PLAIN <base64 \0joe\0geheim7>
S: c NO [AUTHENTICATIONFAILED] Authentication failed
C: d AUTHENTICATE LOGIN
S: + VXNlcm5hbWU6
C: am9l
S: + UGFzc3dvcmQ6
C: Z2VoZWltNw==
S: d NO [AUTHENTICATIONFAILED] Authentication failed
C: geheim7
S: geheim7 BAD no command
C: e geheim7
S: e BAD unknown command
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
log: login.refused mechanism=login result=bad_credentials
log not: Z2VoZWltNw
log not: geheim7
