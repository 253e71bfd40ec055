# S-006, S-007, S-008, T-036: EHLO offers of the server's list what can be passed on, and of ours what we
# do ourselves; neither CHUNKING nor anything unknown, and no STARTTLS where TLS is.
protocol: submission
upstream: SIZE 5000, 8BITMIME, CHUNKING, BINARYMIME, BURL imap, ETRN, XCLIENT ADDR, X-NEW, DELIVERBY, AUTH PLAIN XOAUTH2
S: 220 mail.example.net ESMTP
C: EHLO client.example
S: 250-mail.example.net
S: 250-PIPELINING
S: 250-SIZE 3976
S: 250-8BITMIME
S: 250-STARTTLS
S: 250-AUTH PLAIN LOGIN XOAUTH2
S: 250 ENHANCEDSTATUSCODES
C: BDAT 10 LAST
S: 502 5.5.1 command not implemented
S: <closed>
