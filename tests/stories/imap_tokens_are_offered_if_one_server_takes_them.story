# T-036: A mechanism that takes tokens is offered as long as one of the servers behind has it, or is
# not known: who comes is not known either.
protocol: imap
toml: upstream.other.url = 'imap://imap2.example.net'
toml: upstream.other.tls = 'off'
toml: route = [{ user = '*@two', upstream = 'other' }, { user = '*', upstream = 'imap' }]
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 IDLE] in
S: a OK [CAPABILITY IMAP4rev1 IDLE] Logged in
close client
U> <closed>
close upstream
client B
S: * OK [CAPABILITY IMAP4rev1 SASL-IR ID STARTTLS AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER] IMAP ready here-1
C: a LOGIN joe@two secret
U< * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] two
U> <tag2> LOGIN "joe@two" "secret"
U< <tag2> OK [CAPABILITY IMAP4rev1 IDLE] in
S: a OK [CAPABILITY IMAP4rev1 IDLE] Logged in
close client
U> <closed>
close upstream
client C
S: * OK [CAPABILITY IMAP4rev1 SASL-IR ID STARTTLS AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2] IMAP ready here-1
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
