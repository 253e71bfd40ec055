# T-060, T-039: A template is expanded once: what a user types into its place stays what it is.
toml: [[route]]
toml: user = "*"
toml: upstream = "imap"
toml: login_as = "{local}@tenant.example"
toml: lower_case = true
S: +OK POP3 ready
C: USER {DOMAIN}.{local}@example.net
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "{domain}.{local}@tenant.example" "secret"
U< <tag> NO no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
