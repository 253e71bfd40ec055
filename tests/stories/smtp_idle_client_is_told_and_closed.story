# T-020: A client that says nothing for long is told and closed; busy ones are not.
protocol: submission
config: submission.idle_timeout=5m
begin: logged in
wait 4m
C: NOOP
S: 250 2.0.0 OK
wait 4m
C: NOOP
S: 250 2.0.0 OK
wait 301s
S: 421 4.4.2 too slow
S: <closed>
log: session.ended reason=idle_timeout
