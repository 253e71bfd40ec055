# T-017: After too many failures a network is refused without asking the upstream; the user still
# gets in from elsewhere, and the count survives reconnecting.
config: auth.throttle.per_address=3/h
config: auth.negative_ttl=1s

client A pop3 192.0.2.66
S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0one>
wait 3s
S: -ERR [AUTH] invalid user name or password
C: AUTH PLAIN <base64 \0joe\0two>
wait 5s
S: -ERR [AUTH] invalid user name or password
close client
client B pop3 192.0.2.66
S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0three>
wait 10s
S: -ERR [AUTH] invalid user name or password
C: AUTH PLAIN <base64 \0joe\0secret>
wait 3s
S: -ERR [SYS/TEMP] service unavailable after failed logins, wait and try again
client C pop3 198.51.100.9
S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0secret>
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
asked: 4 AUTHENTICATE
