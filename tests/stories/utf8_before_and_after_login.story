# M-032: UTF8 is accepted before login and tolerated after it, as Outlook says it; STLS after UTF8
# gets -ERR.

S: +OK POP3 ready
C: UTF8
S: +OK UTF8 enabled
C: STLS
S: -ERR no STLS now
C: USER joe
S: +OK send PASS
C: PASS secret
S: +OK logged in
C: UTF8
S: +OK UTF8 enabled
C: QUIT
S: +OK bye
S: <closed>
