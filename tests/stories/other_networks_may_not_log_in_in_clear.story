# M-022, T-016: Only the listed networks may.
config: listener.pop3.cleartext_login=local
config: listener.pop3.cleartext_networks=["10.20.0.0/16"]
from: 10.21.3.4

S: +OK POP3 ready
C: USER joe
S: -ERR TLS required, use STLS
C: QUIT
S: +OK bye
S: <closed>
silence
