# I-034, I-035, T-066: What a trusted proxy in front of us tells by ID replaces our own view, and
# goes on to the upstream with one hop less.
protocol: imap
config: server.trusted_proxies=['192.0.2.0/24']
config: upstream.imap.send_client_address=id
S: * OK [CAPABILITY <any>
C: a ID ("x-originating-ip" "198.51.100.9" "x-originating-port" "1234" "x-session-id" "outer" "x-proxy-ttl" "4" "x-client-transport" "TLS")
S: * ID ("name" "postern")
S: a OK completed
C: b LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1 ID] ready
U> <tag> ID ("x-originating-ip" "198.51.100.9" "x-originating-port" "1234" "x-connected-ip" "203.0.113.1" "x-connected-port" "143" "x-session-id" "outer" "x-proxy-ttl" "3" "x-client-transport" "TLS")
U> <tag2> LOGIN "joe" "secret"
U< <tag> OK ID
U< <tag2> OK [CAPABILITY IMAP4rev1] in
S: b OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
log: session.ended client=198.51.100.9
