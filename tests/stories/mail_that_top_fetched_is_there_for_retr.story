# M-112: A small mail that TOP had to fetch whole is kept for the RETR that often follows.
begin: logged in
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"

C: TOP 1 0
S: +OK top of message follows
S: Subject: 1
S: 
S: .
C: RETR 1
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
asked: 1 UID FETCH 11
C: QUIT
S: +OK bye
S: <closed>
mailbox after: INBOX 11(\Seen)
