# I-044: The same wrong password by three methods reaches the upstream once; the third ends it.
protocol: imap
config: auth.failure_delay=0s
S: * OK [CAPABILITY <any>
C: a LOGIN joe wrong
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "wrong"
U< <tag> NO no
S: a NO [AUTHENTICATIONFAILED] Authentication failed
C: b AUTHENTICATE PLAIN <base64 \0joe\0wrong>
S: b NO [AUTHENTICATIONFAILED] Authentication failed
C: c LOGIN {3+}
C: joe wrong
S: c NO [AUTHENTICATIONFAILED] Authentication failed
S: * BYE too many failed logins
S: <closed>
metric: postern_sessions_ended_total{protocol="imap",reason="auth_failed"} 1
