# M-026, T-036: CAPA lists TOP, UIDL, PIPELINING, RESP-CODES and AUTH-RESP-CODE after login as well;
# STLS, USER and SASL are over by then. Nothing in it comes from the upstream.
upstream: IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS COMPRESS=DEFLATE X-EVERYTHING STLS EXPIRE
begin: logged in

C: CAPA
S: +OK capability list follows
S: TOP
S: UIDL
S: PIPELINING
S: RESP-CODES
S: AUTH-RESP-CODE
S: UTF8 USER
S: LANG
S: IMPLEMENTATION postern
S: .
C: QUIT
S: +OK bye
S: <closed>
