# T-014: What looks like HTTP ends the connection without a word.
protocol: imap
S: * OK [CAPABILITY <any>
C: GET / HTTP/1.1
S: <closed>
