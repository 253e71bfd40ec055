# I-003: LITERAL+ is offered before login once every upstream of the listener is known to have it
# after.
protocol: imap
upstream: IMAP4rev1 SASL-IR LITERAL+ ID AUTH=PLAIN
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
S: a OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID] Logged in
C: b LOGOUT
S: * BYE<any>
S: b OK <any>
S: <closed>
client B
S: * OK [CAPABILITY IMAP4rev1 SASL-IR ID LITERAL+ STARTTLS AUTH=PLAIN AUTH=LOGIN] IMAP ready here-1
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
