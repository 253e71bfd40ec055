# M-022: Devices of listed networks may log in without TLS.
config: listener.pop3.cleartext_login=local
config: listener.pop3.cleartext_networks=["10.20.0.0/16"]
from: 10.20.3.4

S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
