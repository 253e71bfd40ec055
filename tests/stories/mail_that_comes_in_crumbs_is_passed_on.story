# F-014, F-028: A large mail whose octets come one by one is not gathered until it is whole: the
# client gets what there is, and it takes no memory.
begin: logged in
config: pop3.retr_buffer=16B
upstream: IMAP4rev1 UIDPLUS
message: uid 11 size 3000, "x"

C: RETR 1
U> <tag> UID FETCH 11 (UID BODY.PEEK[])
split
U< * 1 FETCH (UID 11 BODY[] {3000}
U< <repeat 1200 x>\-
S: +OK 3000 octets
S: <repeat 1005 x>\-
cut upstream
S: <reset>
