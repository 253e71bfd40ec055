# I-012, I-013, I-015: Synchronising literals are asked for, one by one. What reaches the upstream
# is the same.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN {3}
S: + OK
C: joe {6}
S: + OK
C: secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
S: a OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
