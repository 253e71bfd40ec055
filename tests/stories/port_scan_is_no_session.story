# F-001: The same for one that is reset.

S: +OK POP3 ready
cut client
silence
log: session.probed
log not: session.ended
