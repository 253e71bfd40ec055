# I-017: Octets above ASCII reach the upstream as they are.
protocol: imap
upstream: IMAP4rev1 SASL-IR AUTH=PLAIN
account: joe s\xc3\xa4cret

S: * OK [CAPABILITY <any>
C: a LOGIN joe {7+}
C: s\xc3\xa4cret
S: a OK [CAPABILITY IMAP4rev1 SASL-IR] Logged in
C: b LOGOUT
S: * BYE<any>
S: b OK <any>
S: <closed>
