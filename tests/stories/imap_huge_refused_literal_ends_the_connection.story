# T-032, T-041: A literal that comes unasked, is refused, and is too long to skip: the connection
# ends.
protocol: imap
S: * OK [CAPABILITY <any>
C: a XYZZY {65537+}
S: * BYE line or literal too long
S: <closed>
