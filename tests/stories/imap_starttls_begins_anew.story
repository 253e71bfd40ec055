# I-005, I-007, I-009, T-003: After STARTTLS it is no longer offered, LOGIN is not disabled any
# more, and the ID that was said in clear is forgotten.
protocol: imap
config: listener.imap.cleartext_login=never
config: upstream.imap.send_client_address=id

S: * OK [CAPABILITY <any>
C: a ID ("name" "in clear")
S: * ID ("name" "postern")
S: a OK completed
C: b STARTTLS
S: b OK completed
tls client
C: c CAPABILITY
S: * CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER
S: c OK completed
C: d STARTTLS
S: d BAD no STARTTLS now
C: e LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1 ID] ready
U> <tag> ID ("x-originating-ip" "192.0.2.1" "x-originating-port" "50000" "x-connected-ip" "203.0.113.1" "x-connected-port" "143" "x-session-id" <any>
U> <tag2> LOGIN "joe" "secret"
U< <tag> OK ID
U< <tag2> OK [CAPABILITY IMAP4rev1 IDLE] in
S: * CAPABILITY IMAP4rev1 IDLE
S: e OK [CAPABILITY IMAP4rev1 IDLE] Logged in
close client
U> <closed>
close upstream
