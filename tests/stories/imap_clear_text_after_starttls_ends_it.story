# T-002: After the go-ahead nothing is heard in clear.
protocol: imap
unsplit: what is no TLS is known by its first octets
S: * OK [CAPABILITY <any>
C: a STARTTLS
S: a OK completed
C: b LOGIN joe secret
S: <closed>
silence
