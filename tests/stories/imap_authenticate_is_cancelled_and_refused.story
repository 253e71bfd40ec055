# I-018, T-019: "*" cancels with BAD, "=" is the empty response, broken base64 is BAD, an unknown
# mechanism NO; nothing of it reaches an upstream.
protocol: imap
S: * OK [CAPABILITY <any>
C: a AUTHENTICATE PLAIN
S: + 
C: *
S: a BAD cancelled
C: b AUTHENTICATE PLAIN =
S: b BAD <any>
C: c AUTHENTICATE PLAIN AGpvZQ
S: c BAD <any>
C: d AUTHENTICATE CRAM-MD5
S: d NO unsupported mechanism
C: e AUTHENTICATE LOGIN
S: + VXNlcm5hbWU6
C: am9l
S: + UGFzc3dvcmQ6
C: *
S: e BAD cancelled
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
metric: postern_auth_attempts_total{protocol="imap",mechanism="plain",result="aborted"} 1
