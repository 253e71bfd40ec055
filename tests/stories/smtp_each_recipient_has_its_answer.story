# S-025: Each recipient is answered in turn; without an accepted one there is no data, and the
# server is not asked.
protocol: submission
begin: logged in
C: MAIL FROM:<joe@example.net>
U> MAIL FROM:<joe@example.net>
U< 250 2.1.0 fine
S: 250 2.1.0 fine
C: RCPT TO:<ann@example.org>
U> RCPT TO:<ann@example.org>
U< 550 5.1.1 nobody here
S: 550 5.1.1 nobody here
C: RCPT TO:<bob@example.org>
U> RCPT TO:<bob@example.org>
U< 451 later
S: 451 4.0.0 later
C: DATA
S: 554 5.5.1 no valid recipients
metric: postern_submission_recipients_total{upstream="relay",result="rejected_permanent"} 1
metric: postern_submission_recipients_total{upstream="relay",result="rejected_temporary"} 1
