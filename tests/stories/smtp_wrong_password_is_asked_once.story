# S-017, T-041: A wrong password is refused in the server's words; said again on the same
# connection it does not reach the server again.
protocol: submission
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <rest>\-
C: AUTH PLAIN <base64 \0joe\0wrong>
wait 5s
S: 535 5.7.8 no such user or password
C: AUTH PLAIN <base64 \0joe\0wrong>
wait 15s
S: 535 5.7.8 authentication credentials invalid
asked: 1 AUTH
log not: wrong
