# I-035: Without the setting no ID is sent, whatever the client said.
protocol: imap
S: * OK [CAPABILITY <any>
C: a ID ("name" "mutt")
S: * ID ("name" "postern")
S: a OK completed
C: b LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1 ID] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
S: b OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
