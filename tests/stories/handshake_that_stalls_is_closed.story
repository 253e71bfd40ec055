# F-002, T-044: A client that begins no handshake within 10 seconds is closed; no upstream was
# touched.
listener: pop3s

wait 9s
C: \x16\x03\x01\-
wait 2s
S: <closed>
silence
metric: postern_tls_handshake_failures_total{listener="pop3s",reason="timeout"} 1
