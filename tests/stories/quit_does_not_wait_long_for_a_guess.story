# M-110, M-124: A guess that does not come holds up QUIT for ten seconds; then the commit goes over a
# new link.
begin: logged in
greeting: Dovecot ready.
upstream: IMAP4rev1 UIDPLUS
message: uid 11, "Subject: 1\r\n\r\nmail 1\r\n"
message: uid 12, "Subject: 2\r\n\r\nmail 2\r\n"

C: DELE 1
S: +OK message 1 deleted
C: RSET
S: +OK 2 messages (44 octets)
C: RETR 1
U> <tag1> UID FETCH 11 (UID BODY.PEEK[])
U> <tag2> UID FETCH 12 (UID BODY.PEEK[])
U< * 1 FETCH (UID 11 BODY[] {22}
U< Subject: 1
U< 
U< mail 1
U< )
U< <tag1> OK done
S: +OK 22 octets
S: Subject: 1
S: 
S: mail 1
S: .
C: DELE 1
S: +OK message 1 deleted
C: QUIT
U< * 2 FETCH (UID 12 BODY[] {22}
wait 11s
U< * OK [CAPABILITY IMAP4rev1 UIDPLUS] Dovecot ready.
U> <tagl> LOGIN "joe" "secret"
U> <tags> SELECT "INBOX"
U< <tagl> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U< * 2 EXISTS
U< * OK [UIDVALIDITY 1] fine
U< <tags> OK [READ-WRITE] open
U> <tag3> UID STORE 11 +FLAGS.SILENT (\Deleted)
U> <tag4> UID EXPUNGE 11
U< <tag3> OK done
U< <tag4> OK done
U> <tag5> UID SEARCH UID 11
U< * SEARCH
U< <tag5> OK done
S: +OK bye
S: <closed>
