# I-034, I-035, T-066: An upstream that trusts us hears before LOGIN what the client said of itself
# and what we know of it; "x-" words of a client that nobody trusts are dropped and logged.
protocol: imap
config: upstream.imap.send_client_address=id
S: * OK [CAPABILITY <any>
C: a ID ("name" "mutt" "x-originating-ip" "198.51.100.9" "X-Session-Id" "forged" "os" NIL)
S: * ID ("name" "postern")
S: a OK completed
C: b LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1 ID] ready
U> <tag> ID ("name" "mutt" "os" NIL "x-originating-ip" "192.0.2.1" "x-originating-port" "50000" "x-connected-ip" "203.0.113.1" "x-connected-port" "143" "x-session-id" <any>
U> <tag2> LOGIN "joe" "secret"
U< <tag> OK ID
U< <tag2> OK [CAPABILITY IMAP4rev1] in
S: b OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
log: id.dropped pairs=2
