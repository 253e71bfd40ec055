# I-026: Names that the operator drops are not told.
protocol: imap
config: imap.drop_caps=['COMPRESS=DEFLATE']
S: * OK [CAPABILITY <any>
C: b LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 compress=deflate IDLE] in
S: b OK [CAPABILITY IMAP4rev1 IDLE] Logged in
close client
U> <closed>
close upstream
