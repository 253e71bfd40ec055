# A server to which a user was sent sends nobody further.
protocol: imap
toml: upstream.other.url = 'imap://imap2.example.net'
toml: upstream.other.tls = 'off'
toml: route = [{ user = '*', upstream = 'imap' }]
config: imap.referrals=['other','imap']
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [REFERRAL imap://imap2.example.net/] try there
wait 1ms
U< * OK [CAPABILITY IMAP4rev1] two
U> <tag2> LOGIN "joe" "secret"
U< <tag2> NO [REFERRAL imap://imap.example.net/] try there
U> <closed>
S: a NO [UNAVAILABLE] mail service unavailable
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
