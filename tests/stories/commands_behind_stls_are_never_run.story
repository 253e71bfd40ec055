# M-016, T-001, G-006: What came in clear behind STLS, in the same piece, is never executed: the
# connection is closed at once, and counted as an attack.
unsplit: with a border behind STLS the octets count as a broken handshake

S: +OK POP3 ready
C: STLS
C: USER joe
C: PASS secret
S: <closed>
silence
metric: postern_starttls_injections_total{side="client"} 1
log: starttls.injection side=client octets=23
