# I-028: Alerts reach the client, other untagged words do not.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< * OK [ALERT] the disk is nearly full
U< * NO [ALERT] -ERR and so on
U< * OK just chatting
U< * 7 EXISTS
U< <tag> OK [CAPABILITY IMAP4rev1] in
S: * OK [ALERT] the disk is nearly full
S: * NO [ALERT] ERR and so on
S: a OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
