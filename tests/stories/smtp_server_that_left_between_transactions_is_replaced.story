# S-043, F-046: A server that hangs up, or says 421, between two transactions is not noticed: the next
# MAIL finds another connection.
protocol: submission
begin: logged in
U< 421 4.4.2 idle too long
close upstream
C: MAIL FROM:<joe@example.net>
U< 220 again
U> EHLO mail.example.net
U< 250-again
U< 250 AUTH PLAIN
U> AUTH PLAIN <base64 \0joe\0secret>
U< 235 2.7.0 in
U> MAIL FROM:<joe@example.net>
U< 250 2.1.0 fine
S: 250 2.1.0 fine
metric: postern_upstream_retries_total{upstream="relay",reason="stale_connection"} 1
