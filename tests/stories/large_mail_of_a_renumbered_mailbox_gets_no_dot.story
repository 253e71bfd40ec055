# F-027: A mail whose UID means another message by the time it has come is not ended as whole, also
# when it is too large to be held back.
begin: logged in
config: pop3.retr_buffer=16B
upstream: IMAP4rev1 UIDPLUS
message: uid 11 size 22, "Subject: a\r\n\r\nfives\r\n"
unsplit: how much has gone out by then depends on the pieces

C: RETR 1
U> <tag> UID FETCH 11 (UID BODY.PEEK[])
U< * 1 FETCH (UID 11 BODY[] {22}
U< Subject: a
U< 
S: +OK 22 octets
S: Subject: a
U< sevens
U< )
U< * OK [UIDVALIDITY 77] renumbered
U< <tag> OK done
S: <reset>
