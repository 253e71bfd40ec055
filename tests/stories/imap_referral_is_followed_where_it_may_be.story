# A server that sends the user to another one is obeyed if the operator has named that one: by the
# name that it gives, with the same password. The client hears of the second login alone.
protocol: imap
toml: upstream.other.url = 'imap://imap2.example.net'
toml: upstream.other.tls = 'off'
toml: route = [{ user = '*', upstream = 'imap' }]
config: imap.referrals=['other']
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
C: b NOOP
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag> LOGIN "joe" "secret"
U< * OK [ALERT] moved
U< <tag> NO [REFERRAL IMAP://joe%40two;AUTH=*@IMAP2.example.net/] try there
wait 1ms
U< * OK [CAPABILITY IMAP4rev1] two
U> <tag2> LOGIN "joe@two" "secret"
U< <tag2> OK [CAPABILITY IMAP4rev1 IDLE] in
S: a OK [CAPABILITY IMAP4rev1 IDLE] Logged in
U> b NOOP
U< b OK done
S: b OK done
close client
U> <closed>
close upstream
log: session.ended upstream=other reason=client_closed
