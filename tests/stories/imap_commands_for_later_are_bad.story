# I-011: What needs a login is BAD before it; so is what nobody knows.
protocol: imap
S: * OK [CAPABILITY <any>
C: a ENABLE UTF8=ACCEPT
S: a BAD log in first
C: b SELECT INBOX
S: b BAD log in first
C: c LIST "" "*"
S: c BAD log in first
C: d XYZZY
S: d BAD unknown command
C: NOOP
S: NOOP BAD no command
C: e+ NOOP
S: * BAD no tag
C: A.1-x_] NOOP
S: A.1-x_] OK completed
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
