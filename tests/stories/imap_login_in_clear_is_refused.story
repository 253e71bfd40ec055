# I-005, I-006, T-016: Where passwords want TLS, LOGINDISABLED is offered and no mechanism is; LOGIN
# is refused before the secret is asked for, and nothing goes upstream.
protocol: imap
config: listener.imap.cleartext_login=never

S: * OK [CAPABILITY IMAP4rev1 SASL-IR ID STARTTLS LOGINDISABLED] IMAP ready here-1
C: a LOGIN joe secret
S: a NO [PRIVACYREQUIRED] use TLS
C: b LOGIN joe {6}
S: b NO [PRIVACYREQUIRED] use TLS
C: c LOGIN joe {6+}
C: secret
S: c NO [PRIVACYREQUIRED] use TLS
C: d AUTHENTICATE PLAIN <base64 \0joe\0secret>
S: d NO [PRIVACYREQUIRED] use TLS
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
metric: postern_auth_attempts_total{protocol="imap",mechanism="login_command",result="cleartext_denied"} 3
