# I-002, I-021, I-023, I-025, I-026, T-037: What comes behind LOGIN in one piece reaches the
# upstream once, after the login, unchanged. The client's tag is answered once and never sent on;
# the answer tells what the upstream can do now, without what means nothing any more or leads past
# us.
protocol: imap
S: * OK [CAPABILITY <any>
C: a LOGIN joe secret
C: b SELECT INBOX
U< * OK [CAPABILITY IMAP4rev1] ready
U> <tag> LOGIN "joe" "secret"
U< * OK words of no interest
U< <tag> OK [CAPABILITY IMAP4rev1 SASL-IR IDLE AUTH=PLAIN STARTTLS LOGINDISABLED LOGIN-REFERRALS MAILBOX-REFERRALS UNAUTHENTICATE UIDPLUS] hello
S: a OK [CAPABILITY IMAP4rev1 SASL-IR IDLE UIDPLUS] Logged in
U> b SELECT INBOX
U< * 3 EXISTS
U< b OK [READ-WRITE] done
S: * 3 EXISTS
S: b OK [READ-WRITE] done
C: c STARTTLS
U> c STARTTLS
close client
U> <closed>
close upstream
metric: postern_sessions_ended_total{protocol="imap",reason="client_closed"} 1
metric: postern_auth_attempts_total{protocol="imap",mechanism="login_command",result="ok"} 1
log: session.ended reason=client_closed
