# S-038: A mailbox server that is down is tried three times in ten minutes; the client hears of none.
protocol: submission
config: submission.save_sent=on
begin: logged in
dialling refuses
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
C: RCPT TO:<ann@example.org>
S: 250 2.1.5 recipient fine
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Message-ID: <a1@client.example>
C: 
C: hello
C: .
S: 250 <any>
C: QUIT
S: 221 2.0.0 bye
S: <closed>
wait 2m
wait 479s
metric: postern_submission_copies_total{upstream="imap",result="unavailable"} 0
wait 2s
metric: postern_submission_copies_total{upstream="imap",result="unavailable"} 1
log: copy.failed result=unavailable
metric: postern_upstream_retries_total{upstream="imap",reason="copy"} 2
