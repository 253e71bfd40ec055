# F-001: A connection that comes and goes without a word touches no upstream, and nothing above
# debug is logged of it.

S: +OK POP3 ready
close client
silence
log: session.probed
log not: session.ended
