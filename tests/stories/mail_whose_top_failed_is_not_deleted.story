# F-039: fetchmail downloads with TOP: what did not come that way is not deleted either, until it
# did.
begin: logged in
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: a\r\n\r\none\r\n"

C: TOP 1 99999999
C: DELE 1
U> <tag> UID FETCH 11 (UID BODY.PEEK[])
U< <tag> NO disk trouble
S: -ERR [SYS/TEMP] cannot read message, try again later
S: -ERR [SYS/TEMP] message was not received whole, retrieve it again first
C: TOP 1 99999999
U> <tag> UID FETCH 11 (UID BODY.PEEK[])
U< * 1 FETCH (UID 11 BODY[] {19}
U< Subject: a
U< 
U< one
U< )
U< <tag> OK done
S: +OK top of message follows
S: Subject: a
S: 
S: one
S: .
C: DELE 1
S: +OK message 1 deleted
