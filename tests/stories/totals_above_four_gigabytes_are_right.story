# M-041: STAT's total is right above 4 GiB.
begin: logged in
message: uids 1:3 size 2147483647, "Subject: large\r\n\r\n"

C: STAT
S: +OK 3 6442450941
C: LIST 3
S: +OK 3 2147483647
C: QUIT
S: +OK bye
S: <closed>
