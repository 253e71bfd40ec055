# T-027: Bad commands in a row end the session.
protocol: submission
config: submission.bad_commands=2
S: 220 mail.example.net ESMTP
C: XYZZY
S: 500 5.5.1 unknown command
C: EXPN staff
S: 502 5.5.1 command not implemented
S: 421 4.7.0 too many errors
S: <closed>
silence
