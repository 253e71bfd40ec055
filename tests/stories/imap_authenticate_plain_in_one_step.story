# I-018: AUTHENTICATE PLAIN with an initial response (RFC 4959).
protocol: imap
S: * OK [CAPABILITY <any>
C: a AUTHENTICATE PLAIN <base64 \0joe\0secret>
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
S: a OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
metric: postern_auth_attempts_total{protocol="imap",mechanism="plain",result="ok"} 1
