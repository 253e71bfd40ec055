# M-049, T-006: A greeting of PREAUTH is refused: it is somebody's mailbox without a login.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * PREAUTH [CAPABILITY IMAP4rev1] welcome root
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
