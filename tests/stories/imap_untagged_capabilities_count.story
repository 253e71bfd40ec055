# I-025: Capabilities that come untagged during the login are those that hold.
protocol: imap
S: * OK [CAPABILITY <any>
C: b LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< * CAPABILITY IMAP4rev1 NOTIFY
U< <tag> OK in
S: b OK [CAPABILITY IMAP4rev1 NOTIFY] Logged in
close client
U> <closed>
close upstream
