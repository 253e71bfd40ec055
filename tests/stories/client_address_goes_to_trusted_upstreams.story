# M-061: Where the upstream is configured to trust us, ID tells it the client's address, before the
# login; the answer to it does not matter.
config: upstream.imap.send_client_address=id
from: 192.0.2.77
S: +OK POP3 ready
C: USER joe
S: +OK send PASS
C: PASS secret
U< * OK [CAPABILITY IMAP4rev1 ID] ready
U> <tag1> ID ("x-originating-ip" "192.0.2.77" "x-originating-port" "50000" <any>
U> <tag2> LOGIN "joe" "secret"
U< <tag1> BAD ID is not for you
U< <tag2> OK [CAPABILITY IMAP4rev1 UIDPLUS] in
U> <tag> SELECT "INBOX"
U< * 0 EXISTS
U< * OK [UIDVALIDITY 7] valid
U< <tag> OK [READ-WRITE] open
S: +OK logged in
C: QUIT
S: +OK bye
S: <closed>
