# S-006, S-018: Of a server that cannot be reached nothing is promised, and a login is a temporary
# failure, not a wrong password.
protocol: submission
dialling refuses
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: 250-mail.example.net
S: 250-PIPELINING
S: 250-SIZE 41943040
S: 250-STARTTLS
S: 250-AUTH PLAIN LOGIN
S: 250 ENHANCEDSTATUSCODES
C: AUTH PLAIN <base64 \0joe\0secret>
S: 454 4.7.0 temporary authentication failure
metric: postern_auth_attempts_total{protocol="submission",mechanism="plain",result="upstream_unavailable"} 1
