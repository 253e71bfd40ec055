# F-027, T-061, M-121: Without UIDPLUS the commit has several steps; a server that tells between two
# of them that its UIDs are others now is asked for nothing by an old one.
begin: logged in
upstream: IMAP4rev1
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: DELE 1
S: +OK message 1 deleted
C: QUIT
U> <tag> UID SEARCH DELETED
U< * OK [UIDVALIDITY 77] renumbered
U< * SEARCH
U< <tag> OK done
S: -ERR [SYS/TEMP] mailbox changed, log in again
S: <closed>
