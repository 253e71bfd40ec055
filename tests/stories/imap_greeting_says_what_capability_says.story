# I-001, I-004: The greeting tells the very capabilities that CAPABILITY tells, and none that needs
# a login, while nothing is known of the upstream.
protocol: imap

S: * OK [CAPABILITY IMAP4rev1 SASL-IR ID STARTTLS AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER] IMAP ready here-1
C: a CAPABILITY
S: * CAPABILITY IMAP4rev1 SASL-IR ID STARTTLS AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER
S: a OK completed
C: b NOOP
S: b OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
metric: postern_sessions_ended_total{protocol="imap",reason="quit"} 1
