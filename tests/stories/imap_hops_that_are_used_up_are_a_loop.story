# I-036, T-069: The last hop of a trusted proxy is refused before anything is connected.
protocol: imap
config: server.trusted_proxies=['192.0.2.0/24']
S: * OK [CAPABILITY <any>
C: a ID ("x-proxy-ttl" "1")
S: * ID ("name" "postern")
S: a OK completed
C: b LOGIN joe secret
S: b NO [SERVERBUG] proxy loop
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
silence
