# T-066: Nobody says who the client is but by ID or a PROXY header: XCLIENT and its kin are no
# commands here. A header comes before ID: what ID says is dropped then, even of a trusted proxy.
protocol: imap
config: server.trusted_proxies=['192.0.2.0/24']
config: listener.imap.proxy_protocol=require
config: upstream.imap.send_client_address=id
C: PROXY TCP4 198.51.100.7 203.0.113.1 1234 143
S: * OK [CAPABILITY <any>
C: a XCLIENT ADDR=10.0.0.1
S: a BAD <any>
C: b XFORWARD ADDR=10.0.0.1
S: b BAD <any>
C: c ID ("x-originating-ip" "10.0.0.1" "x-session-id" "forged" "x-proxy-ttl" "200" "name" "q\"\r")
S: c BAD <any>
C: d ID ("x-originating-ip" "10.0.0.1" "X-Session-ID" "forged" "x-proxy-ttl" "200" "name" "a\"b\\\\c")
S: * ID ("name" "postern")
S: d OK completed
C: e LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1 ID] ready
U> <tag> ID ("name" "a\"b\\\\c" "x-originating-ip" "198.51.100.7" "x-originating-port" "1234" "x-connected-ip" "203.0.113.1" "x-connected-port" "143" "x-session-id" "<any>
U> <tag2> LOGIN "joe" "secret"
U< <tag> OK ID
U< <tag2> OK [CAPABILITY IMAP4rev1] in
S: e OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
log: session.ended client=198.51.100.7
log not: forged
