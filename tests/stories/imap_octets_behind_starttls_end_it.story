# I-008, T-001: What came in clear behind STARTTLS is never carried out: the connection ends.
protocol: imap
unsplit: octets behind the command are the attack
S: * OK [CAPABILITY <any>
C: a STARTTLS
C: b NOOP
S: <closed>
metric: postern_starttls_injections_total{side="client"} 1
log: starttls.injection side=client
