# I-018: Without an initial response the next line is it, and no command.
protocol: imap
S: * OK [CAPABILITY <any>
C: a AUTHENTICATE PLAIN
C: <base64 \0joe\0secret>
C: b NOOP
S: + 
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
S: a OK [CAPABILITY IMAP4rev1] Logged in
U> b NOOP
close client
U> <closed>
close upstream
