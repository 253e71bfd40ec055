# M-051, T-004: With a border behind the go-ahead they are no handshake: the connection ends too.
config: upstream.imap.tls=starttls
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> STARTTLS
split
U< <tag> OK begin
U< * CAPABILITY IMAP4rev1 AUTH=PLAIN
U> \x16<rest>\-
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
