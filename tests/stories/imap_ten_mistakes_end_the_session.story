# T-047: Ten bad commands in a row end a session.
protocol: imap
S: * OK [CAPABILITY <any>
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
C: a XYZZY
S: a BAD unknown command
S: * BYE too many errors
S: <closed>
metric: postern_sessions_ended_total{protocol="imap",reason="too_many_errors"} 1
