# S-015: With submission.sender = "login" a user sends in its own name only; the empty path is for
# receipts.
protocol: submission
account: joe@example.net secret
config: submission.sender=login
begin: logged in
C: MAIL FROM:<boss@example.net>
S: 553 5.7.1 sender address is not yours
C: MAIL FROM:<Joe@Example.NET>
S: 250 2.1.0 sender fine
C: RSET
S: 250 2.0.0 OK
C: MAIL FROM:<>
S: 250 2.1.0 sender fine
asked: 2 MAIL
