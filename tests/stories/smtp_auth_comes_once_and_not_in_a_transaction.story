# S-019: A second AUTH is refused, and so is one within a transaction.
protocol: submission
begin: logged in
C: AUTH PLAIN <base64 \0joe\0secret>
S: 503 5.5.1 already authenticated
C: MAIL FROM:<joe@example.net>
S: 250 2.1.0 sender fine
C: AUTH PLAIN <base64 \0joe\0secret>
S: 503 5.5.1 already authenticated
asked: 1 AUTH
