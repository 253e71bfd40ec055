# M-023: AUTH, and AUTH with a blank as Outlook says it, list the mechanisms and a dot.

S: +OK POP3 ready
C: AUTH
S: +OK
S: PLAIN
S: LOGIN
S: XOAUTH2
S: OAUTHBEARER
S: .
C: AUTH 
S: +OK
S: PLAIN
S: LOGIN
S: XOAUTH2
S: OAUTHBEARER
S: .
C: QUIT
S: +OK bye
S: <closed>
silence
