# T-044: The two minutes until login are absolute: octets and commands do not extend them.

S: +OK POP3 ready
wait 60s
C: USER joe
S: +OK send PASS
wait 50s
C: PAS\-
wait 9s
C: S\-
wait 2s
S: <closed>
silence
log: session.ended reason=login_timeout
