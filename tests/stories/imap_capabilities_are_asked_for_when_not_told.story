# I-025, I-027: An upstream that tells no capabilities with its OK is asked; a client that had asked
# before its login is told by an untagged line, too.
protocol: imap
S: * OK [CAPABILITY <any>
C: a CAPABILITY
S: * CAPABILITY <any>
S: a OK completed
C: b LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK in
U> <tag2> CAPABILITY
U< * CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN
U< <tag2> OK done
S: * CAPABILITY IMAP4rev1 IDLE
S: b OK [CAPABILITY IMAP4rev1 IDLE] Logged in
close client
U> <closed>
close upstream
