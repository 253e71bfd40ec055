# T-040: A line beyond the bound of the longest command ends the connection; one beyond the bound of
# commands without tokens is BAD.
protocol: imap
S: * OK [CAPABILITY <any>
C: a NOOP <repeat 9000 x>
S: a BAD line too long
C: <repeat 20000 x>
S: * BYE line or literal too long
S: <closed>
