# T-060, T-039: Names differ by case, dots, blanks and signs of templates unless a rule says
# otherwise: they go upstream as they came, and nothing in them is expanded.
S: +OK POP3 ready
C: USER J.Oe+{user}%s$1
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "J.Oe+{user}%s$1" "secret"
U< <tag> NO no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
