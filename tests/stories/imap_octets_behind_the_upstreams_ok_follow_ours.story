# I-029, T-037: What the upstream says in one piece with its OK comes behind ours.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
U< * 1 EXISTS
U< * 2 EXISTS
S: a OK [CAPABILITY IMAP4rev1] Logged in
S: * 1 EXISTS
S: * 2 EXISTS
close client
U> <closed>
close upstream
