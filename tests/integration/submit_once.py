"""A client to be killed: `submit_once.py PORT USER PASSWORD SUBJECT FILE` submits one message.

It writes each reply to the file as it comes, so that it can be asked afterwards what it had heard.
Nothing of the tests is imported: it has to start quickly.
"""

import base64
import socket
import sys


def main():
    port, user, password, subject, path = sys.argv[1:]
    message = f"Subject: {subject}\r\n\r\n" + "a line of the message\r\n" * 100 + ".\r\n"
    login = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    with socket.create_connection(("127.0.0.1", int(port)), 60) as connection, \
            connection.makefile("rb") as lines, open(path, "wb", buffering=0) as heard:
        for said in ("", "EHLO client.test\r\n", f"AUTH PLAIN {login}\r\n",
                     f"MAIL FROM:<{user}>\r\n", "RCPT TO:<ann@example.test>\r\n", "DATA\r\n",
                     message, "QUIT\r\n"):
            connection.sendall(said.encode())
            line = lines.readline()
            while line[3:4] == b"-":
                line = lines.readline()
            heard.write(line)
            if line[:1] not in (b"2", b"3"):
                return


if __name__ == "__main__":
    main()
