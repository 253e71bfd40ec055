# T-066: XCLIENT and XFORWARD of a client are refused, and what it says of an address reaches
# nobody; a trusted proxy is believed, and its words are encoded for a server that trusts us.
protocol: submission
config: submission.auth=imap
config: server.trusted_proxies=['192.0.2.9']
config: submission.received_client_ip=show
upstream: SIZE 1000000, AUTH PLAIN, XCLIENT ADDR PORT HELO LOGIN PROTO
S: 220 mail.example.net ESMTP
C: EHLO [10.0.0.1]
S: <rest>\-
C: XCLIENT ADDR=10.0.0.1 LOGIN=boss
S: 500 5.5.1 unknown command
C: XFORWARD ADDR=10.0.0.1
S: 502 5.5.1 command not implemented
C: AUTH PLAIN <base64 \0joe\0secret>
S: 235 2.7.0 authentication successful
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
asked: 1 XCLIENT ADDR=192.0.2.1 PORT=50000 HELO=[10.0.0.1] LOGIN=joe PROTO=ESMTP
client B submission 192.0.2.9
S: 220 mail.example.net ESMTP
C: EHLO a+b=c.example
S: <rest>\-
C: XCLIENT ADDR=IPV6:2001:db8::7 PORT=4711 LOGIN=boss HELO=forged+0D+0AXCLIENT
S: 220 mail.example.net ESMTP
C: EHLO a+b=c.example
S: <rest>\-
C: MAIL FROM:<joe@example.net>
S: 530 5.7.0 authentication required
C: AUTH PLAIN <base64 \0joe\0secret>
S: 235 2.7.0 authentication successful
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
asked: 1 XCLIENT ADDR=IPV6:2001:db8::7 PORT=4711 HELO=a+2Bb+3Dc.example LOGIN=joe PROTO=ESMTP
asked: 2 XCLIENT
