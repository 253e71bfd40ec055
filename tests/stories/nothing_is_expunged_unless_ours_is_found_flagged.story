# M-117, T-061: Without UIDPLUS, EXPUNGE waits for a search that finds just what we flagged: one that
# finds nothing, right after we flagged something, has not shown that nobody else's is flagged.
begin: logged in
upstream: IMAP4rev1
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: DELE 1
S: +OK message 1 deleted
C: QUIT
U> <tag> UID SEARCH DELETED
U< * SEARCH
U< <tag> OK done
U> <tag> UID STORE 11 +FLAGS.SILENT (\Deleted)
U< <tag> OK done
U> <tag> UID SEARCH DELETED
U< * SEARCH
U< <tag> OK done
U> <tag> UID SEARCH UID 11
U< * SEARCH 11
U< <tag> OK done
S: -ERR [SYS/TEMP] 1 of 1 deleted messages not removed
S: <closed>
