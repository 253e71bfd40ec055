# I-010: NIL, lists, NIL values and literals are taken; bad syntax is BAD.
protocol: imap
S: * OK [CAPABILITY <any>
C: a ID NIL
S: * ID ("name" "postern")
S: a OK completed
C: b ID ("name" "mutt" "version" NIL)
S: * ID ("name" "postern")
S: b OK completed
C: c ID ("name" {4}
S: + OK
C: mutt "os" {5+}
C: linux)
S: * ID ("name" "postern")
S: c OK completed
C: d ID ("name")
S: d BAD <any>
C: e ID (name mutt)
S: e BAD <any>
C: z LOGOUT
S: * BYE logging out
S: z OK completed
S: <closed>
