# M-059: The same for OAUTHBEARER, whose exchange ends with AQ==.
S: +OK POP3 ready
C: AUTH OAUTHBEARER <base64 n,a=joe,\x01auth=Bearer old\x01\x01>
U< * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=OAUTHBEARER] ready
U> <tag> AUTHENTICATE OAUTHBEARER <base64 n,a=joe,\x01auth=Bearer old\x01\x01>
U< + eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=
U> AQ==
U< <tag> NO no
wait 3s
S: + eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=
C: AQ==
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
