# T-019, F-003: A client that goes in the middle of AUTH leaves nothing behind it upstream.

S: +OK POP3 ready
C: AUTH PLAIN
S: + 
C: AGpvZQ\-
cut client
silence
log: session.ended reason=client_reset
