# An address that says [UNAVAILABLE] to a login, or ends before it has seen one, makes way for one
# other address of the upstream. One that refuses the credentials, or drops the connection once it
# has them, does not: what it thought of them is unknown.
protocol: imap
config: upstream.imap.backends=['10.1.0.1','10.1.0.2','10.1.0.3']
config: upstream.imap.balance=first
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag> LOGIN "joe" "secret"
U< <tag> NO [UNAVAILABLE] backend down
wait 1ms
U< * OK two
U> <tag2> CAPABILITY
U< * CAPABILITY IMAP4rev1
U< <tag2> OK done
U> <tag3> LOGIN "joe" "secret"
U< <tag3> NO [UNAVAILABLE] this one, too
U> <closed>
S: a NO [UNAVAILABLE] this one, too
C: b LOGIN jim secret
U< * OK one
U> <tag4> CAPABILITY
close upstream
wait 1ms
U< * OK [CAPABILITY IMAP4rev1] two
U> <tag5> LOGIN "jim" "secret"
close upstream
S: b NO [UNAVAILABLE] mail service unavailable
C: c LOGIN bob wrong
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag7> LOGIN "bob" "wrong"
U< <tag7> NO no
wait 4s
S: c NO [AUTHENTICATIONFAILED] <any>
C: d LOGIN ann secret
U< * OK [CAPABILITY IMAP4rev1] one
U> <tag6> LOGIN "ann" "secret"
U< <tag6> OK [CAPABILITY IMAP4rev1] in
S: d OK [CAPABILITY IMAP4rev1] Logged in
close client
U> <closed>
close upstream
metric: postern_upstream_retries_total{upstream="imap",reason="login"} 2
