# M-045: A handshake that fails upstream is [SYS/TEMP], and nothing was said before it.
config: upstream.imap.tls=implicit
config: upstream.imap.url=imaps://imap.example.net
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U> \x16<rest>\-
U< * OK this is no TLS
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
