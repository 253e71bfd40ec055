# I-020: A refused token: the upstream's challenge reaches the client, whose answer to it ends the
# try; it may try again.
protocol: imap
S: * OK [CAPABILITY <any>
C: a AUTHENTICATE XOAUTH2 <base64 user=joe\x01auth=Bearer old\x01\x01>
U< * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready
U> <tag> AUTHENTICATE XOAUTH2 <base64 user=joe\x01auth=Bearer old\x01\x01>
U< + eyJzdGF0dXMiOiI0MDAifQ==
U> 
U< <tag> NO [AUTHENTICATIONFAILED] expired
wait 3s
S: + eyJzdGF0dXMiOiI0MDAifQ==
C: 
S: a NO [AUTHENTICATIONFAILED] Authentication failed
C: b NOOP
S: b OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
