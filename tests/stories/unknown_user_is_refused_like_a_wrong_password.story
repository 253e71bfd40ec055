# T-020: A user whom no route knows hears the same words, after the same time, as one with a wrong
# password.
toml: [[route]]
toml: user = "*@example.net"
toml: upstream = "imap"

S: +OK POP3 ready
C: USER nobody
S: +OK send PASS
C: PASS secret
wait 1500ms
wait 1s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
silence
