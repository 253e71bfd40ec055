# I-037, T-069: A server that greets as only this process does is this process, by whatever way
# that connection came back. No credentials are told.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN] IMAP ready here-1
U> <closed>
S: a NO [SERVERBUG] <any>
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
log: login.refused result=policy_denied
