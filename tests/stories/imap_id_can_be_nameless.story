# I-010: Who wants no name in the answer gets NIL.
protocol: imap
config: imap.id_name=
S: * OK [CAPABILITY <any>
C: a ID NIL
S: * ID NIL
S: a OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
