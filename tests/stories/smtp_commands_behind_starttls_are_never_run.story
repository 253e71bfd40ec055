# S-010, T-002: What comes with STARTTLS in clear ends the session: it was put there to be taken for
# something said inside.
protocol: submission
unsplit: the octets behind must have come
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <any>
S: <any>
S: <any>
S: <any>
S: <any>
S: <any>
S: <any>
S: <any>
S: 250 ENHANCEDSTATUSCODES
C: STARTTLS
C: MAIL FROM:<mallory@example.com>
S: <closed>
asked: 0 MAIL
metric: postern_starttls_injections_total{side="client"} 1
