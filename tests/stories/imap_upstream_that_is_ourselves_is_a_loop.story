# I-037, T-069: A connection that ends at a listener of our own is no upstream.
protocol: imap
dialling own
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
S: a NO [SERVERBUG] <any>
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
