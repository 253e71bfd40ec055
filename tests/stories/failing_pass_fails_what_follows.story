# M-037, T-018: When PASS fails, the commands behind it in the pipeline are answered one by one in
# the state that this leaves: none is dropped and none runs as if the login had worked.
message: uid 11, "Subject: a\r\n\r\none\r\n"

S: +OK POP3 ready
C: USER joe
C: PASS wrong
C: STAT
C: DELE 1
C: NOOP
C: QUIT
S: +OK send PASS
wait 3s
S: -ERR [AUTH] invalid user name or password
S: -ERR log in first
S: -ERR log in first
S: -ERR log in first
S: +OK bye
S: <closed>
asked: 0 SELECT
mailbox after: INBOX 11
