# F-003: A client that goes before PASS has cost no upstream anything.

S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS sec\-
close client
silence
log: session.ended reason=client_closed
