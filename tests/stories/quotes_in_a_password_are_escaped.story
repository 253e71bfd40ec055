# M-053, T-026: A password with quotation mark and backslash goes out as a quoted string that says
# the same octets.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS a"b\\c
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "a\\"b\\\\c"
U< <tag> NO no
wait 3s
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
