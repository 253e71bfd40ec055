# M-027: STAT is just "+OK count octets", and deleted messages are in neither.
begin: logged in
message: uid 11, "Subject: a\r\n\r\none\r\n"
message: uid 12, "Subject: bb\r\n\r\ntwo\r\n"
message: uid 15, "Subject: ccc\r\n\r\nthree\r\n"

C: STAT
S: +OK 3 62
C: DELE 2
S: +OK message 2 deleted
C: STAT
S: +OK 2 42
C: QUIT
S: +OK bye
S: <closed>
