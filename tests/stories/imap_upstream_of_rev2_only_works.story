# I-033: A server that announces IMAP4rev2 alone is one.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev2] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev2 UIDPLUS] in
S: a OK [CAPABILITY IMAP4rev2 UIDPLUS] Logged in
close client
U> <closed>
close upstream
