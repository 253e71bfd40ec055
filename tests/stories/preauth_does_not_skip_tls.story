# M-049, T-006: Nor does it skip the TLS that is demanded.
config: upstream.imap.tls=starttls
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * PREAUTH welcome
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
