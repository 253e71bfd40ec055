# M-052, T-006: With LOGINDISABLED and no mechanism that we know, no credential is sent at all.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=CRAM-MD5] ready
S: -ERR [SYS/PERM] access denied by the mail server
U> <tag> LOGOUT
U> <closed>
C: QUIT
S: +OK bye
S: <closed>
