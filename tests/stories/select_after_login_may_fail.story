# M-043: Exchange says OK to LOGIN and then BAD to the mailbox: that is [SYS/TEMP], not [AUTH].
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1] in
U> <tag> SELECT "INBOX"
U< <tag> BAD User is authenticated but not connected.
S: -ERR [SYS/TEMP] mail service unavailable, wait and try again
C: QUIT
S: +OK bye
S: <closed>
log: login.refused result=upstream_unavailable
