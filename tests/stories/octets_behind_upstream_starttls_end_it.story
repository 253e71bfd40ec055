# M-051, T-004, G-006: Octets that came behind the upstream's go-ahead, in the same piece, end the
# connection: somebody glued them on.
config: upstream.imap.tls=starttls
unsplit: with a border behind the go-ahead the octets count as a broken handshake
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> STARTTLS
U< <tag> OK begin
U< * CAPABILITY IMAP4rev1 AUTH=PLAIN
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
metric: postern_starttls_injections_total{side="upstream"} 1
log: starttls.injection side=upstream
