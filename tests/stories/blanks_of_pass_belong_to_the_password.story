# M-019: Behind the one blank that follows PASS, every octet up to the line end is the password:
# blanks at its beginning, inside and at its end are kept.
account: joe \x20two  words\x20\x20

S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS  two  words  
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
asked: 1 AUTHENTICATE PLAIN
