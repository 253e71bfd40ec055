# M-050, T-006: Where TLS is demanded, STARTTLS is asked for although it is not offered, and when it
# is refused no credential was sent in any form.
config: upstream.imap.tls=starttls
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
U> <tag> STARTTLS
U< <tag> BAD unknown command
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
