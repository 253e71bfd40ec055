# I-030, T-064: A referral to a server that the operator has not named, or to none, takes the
# password nowhere. The client may try again.
protocol: imap
toml: upstream.other.url = 'imap://imap2.example.net'
toml: upstream.other.tls = 'off'
toml: upstream.third.url = 'imap://imap3.example.net'
toml: upstream.third.tls = 'off'
toml: route = [{ user = '*', upstream = 'imap' }]
config: imap.referrals=['other']
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [REFERRAL imap://joe@imap3.example.net/] try there
U> <closed>
S: a NO [UNAVAILABLE] mail service unavailable
C: b LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag2> LOGIN "joe" "secret"
U< <tag2> NO [REFERRAL imap://joe@imap2.example.net:144/] no such port
U> <closed>
S: b NO [UNAVAILABLE] mail service unavailable
C: c LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag3> LOGIN "joe" "secret"
U< <tag3> NO [REFERRAL imap://joe@imap2.example.net/INBOX] no server
U> <closed>
S: c NO [UNAVAILABLE] mail service unavailable
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
