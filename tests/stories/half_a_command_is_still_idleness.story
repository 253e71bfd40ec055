# M-038, F-010: A command that comes octet by octet does not hold off the end of idleness: only a
# whole one does.
begin: logged in
unsplit: the octets come one by one as it is

C: N\-
wait 590s
C: O\-
wait 11s
S: <closed>
log: session.ended reason=idle_timeout
