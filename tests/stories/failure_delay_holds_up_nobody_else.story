# T-017, T-020: The delay of a failed login is counted from the beginning of the command, whoever
# refused it and however fast, and holds up no other client.

client A pop3 192.0.2.66
S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0one>
wait 1500ms
client B pop3 198.51.100.9
S: +OK POP3 ready
C: AUTH PLAIN <base64 \0joe\0secret>
S: +OK logged in
client A
wait 1s
S: -ERR [AUTH] invalid user name or password
