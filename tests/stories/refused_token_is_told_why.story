# M-059: The challenge of a refused token is shown to the client, the exchange is finished upstream,
# and the reply is [AUTH].
S: +OK POP3 ready
C: AUTH XOAUTH2 <base64 user=joe\x01auth=Bearer old\x01\x01>
U< * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready
U> <tag> AUTHENTICATE XOAUTH2 <base64 user=joe\x01auth=Bearer old\x01\x01>
U< + eyJzdGF0dXMiOiI0MDEifQ==
U> 
U< <tag> NO [AUTHENTICATIONFAILED] no
wait 3s
S: + eyJzdGF0dXMiOiI0MDEifQ==
C:
S: -ERR [AUTH] invalid user name or password
C: QUIT
S: +OK bye
S: <closed>
