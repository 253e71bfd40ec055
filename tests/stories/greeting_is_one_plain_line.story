# M-001, T-078: The greeting is one +OK line, shorter than 512 octets, without "<" or ">" and
# without a word about version, host or upstream.

S: +OK POP3 ready
C: QUIT
S: +OK bye
S: <closed>
silence
