# I-019: A token of 12,000 octets passes both ways of AUTHENTICATE.
protocol: imap
S: * OK [CAPABILITY <any>
C: a AUTHENTICATE XOAUTH2 <base64 user=joe\x01auth=Bearer <repeat 12000 t>\x01\x01>
U< * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready
U> <tag> AUTHENTICATE XOAUTH2 <base64 user=joe\x01auth=Bearer <repeat 12000 t>\x01\x01>
U< <tag> OK [CAPABILITY IMAP4rev1] in
S: a OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
