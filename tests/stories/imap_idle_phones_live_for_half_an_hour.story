# I-042: IDLE held for 29 minutes goes on; 36 silent minutes end it, without a word.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< <tag> OK [CAPABILITY IMAP4rev1 IDLE] in
S: a OK [CAPABILITY IMAP4rev1 IDLE] Logged in
C: b IDLE
U> b IDLE
U< + idling
S: + idling
wait 29m
U< * 4 EXISTS
S: * 4 EXISTS
wait 34m
wait 2m
S: <closed>
U> <closed>
metric: postern_sessions_ended_total{protocol="imap",reason="idle_timeout"} 1
