# M-122, F-041: OK to the search for proof, but no word of what was found: that is no proof.
begin: logged in
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: DELE 1
S: +OK message 1 deleted
C: QUIT
U> <tag1> UID STORE 11 +FLAGS.SILENT (\Deleted)
U> <tag2> UID EXPUNGE 11
U< <tag1> OK done
U< <tag2> OK done
U> <tag> UID SEARCH UID 11
U< <tag> OK done
S: -ERR [SYS/TEMP] 1 of 1 deleted messages not removed
S: <closed>
