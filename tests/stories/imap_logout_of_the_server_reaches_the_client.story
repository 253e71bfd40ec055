# I-043: LOGOUT's BYE and OK arrive before the end, and the end is in order.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
S: a OK [CAPABILITY IMAP4rev1] Logged in
C: b LOGOUT
U> b LOGOUT
U< * BYE see you
U< b OK gone
close upstream
S: * BYE see you
S: b OK gone
S: <closed>
close client
metric: postern_sessions_ended_total{protocol="imap",reason="quit"} 1
