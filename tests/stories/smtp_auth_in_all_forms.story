# S-016: With and without initial response, in two steps, cancelled, and nonsense.
protocol: submission
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: <rest>\-
C: AUTH CRAM-MD5
S: 504 5.5.4 unknown mechanism
C: AUTH PLAIN
S: 334\x20
C: *
S: 501 5.0.0 authentication cancelled
C: AUTH PLAIN ###
S: 501 5.5.2 not a response to that
C: AUTH PLAIN =
S: 501 5.5.2 not a response to that
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: <base64 joe>
S: 334 UGFzc3dvcmQ6
C: <base64 secret>
S: 235 2.7.0 authentication successful
