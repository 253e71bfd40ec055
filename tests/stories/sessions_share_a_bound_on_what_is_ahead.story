# M-110: What all sessions ask for ahead has a bound of its own; who finds no room does without.
begin: logged in
config: pop3.prefetch_pool=43B
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"
message: uid 13, "Subject: 3\r\n\r\nmail 3\r\n"

C: RETR 1
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
asked: 1 UID FETCH 11
asked: 1 UID FETCH 12
client B
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
S: +OK logged in
C: RETR 2
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
asked: 2 UID FETCH 12
asked: 0 UID FETCH 13
client A
C: RETR 2
S: +OK 22 octets
S: Subject: 2
S: 
S: mail 2
S: .
client B
C: RETR 1
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
asked: 2 UID FETCH 11
asked: 3 UID FETCH 12
asked: 0 UID FETCH 13
