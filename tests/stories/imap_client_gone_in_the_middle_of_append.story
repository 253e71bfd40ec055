# F-013: A literal that the client did not finish is not finished by us: the upstream's connection
# ends.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
S: a OK [CAPABILITY IMAP4rev1] Logged in
C: b APPEND INBOX {100}
U> b APPEND INBOX {100}
U< + go
S: + go
C: half of it
U> half of it
cut client
U> <closed>
metric: postern_sessions_ended_total{protocol="imap",reason="client_reset"} 1
