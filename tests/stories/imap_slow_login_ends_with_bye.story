# F-010, T-044: Two minutes without a login, however busy: BYE.
protocol: imap
S: * OK [CAPABILITY <any>
wait 100s
C: a NOOP
S: a OK completed
wait 30s
S: * BYE too slow to log in
S: <closed>
metric: postern_sessions_ended_total{protocol="imap",reason="login_timeout"} 1
