# F-028: Mail that comes below the least rate is given up as if it hung, and not deleted for it.
begin: logged in
message: uid 11 size 5000, "Subject: hi\r\n\r\nhello\r\n"

C: RETR 1
U> <tag> UID FETCH 11 (UID BODY.PEEK[])
U< * 1 FETCH (UID 11 BODY[] {5000}
U< 0123456789
dialling refuses
wait 25s
U< 0123456789
wait 25s
U< 0123456789
wait 25s
U< 0123456789
U> <closed>
S: -ERR [SYS/TEMP] cannot read message, try again later
C: DELE 1
S: -ERR [SYS/TEMP] message was not received whole, retrieve it again first
C: QUIT
S: +OK bye
S: <closed>
