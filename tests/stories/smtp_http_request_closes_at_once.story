# S-045, T-034: A browser that was made to talk to us hears nothing but the greeting.
protocol: submission
S: 220 mail.example.net ESMTP
C: GET / HTTP/1.1
S: <closed>
silence
