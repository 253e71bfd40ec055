# F-004: A client that goes while the upstream is asked: the upstream's answer is awaited no longer
# than a second, and a failure would still count.
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
cut client
wait 1s
U> <closed>
log: session.ended reason=client_reset
