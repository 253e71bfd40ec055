# T-028: Words of the upstream that are meant for its user are shown as one line of printable ASCII
# of at most 200 octets, behind our code: they cannot forge a reply.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [CONTACTADMIN] call\x1b[2J 555\r+OK logged in <repeat 300 x>
S: -ERR [SYS/PERM] call?[2J 555?+OK logged in <repeat 173 x>
C: QUIT
S: +OK bye
S: <closed>
