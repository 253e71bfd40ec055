# M-044, M-048, T-020: NO [AUTHENTICATIONFAILED] is [AUTH], in words of ours that hold none of those
# by which fetchmail tells a busy server.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS wrong
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "wrong"
U< <tag> NO [AUTHENTICATIONFAILED] account locked, wait
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
log: login.refused mechanism=user_pass result=bad_credentials
