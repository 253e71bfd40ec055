"""Real POP3 clients behind one interface (client.Client), and a raw socket for exact octets.

What a client does to mail by itself is data: `Client.faults`, each with its reason. A test compares
what a client stored with `client.expected(text)`, which is the text but for those.
"""

from .client import Client, Fault, Maildrop
from .curl import Curl
from .fetchmail import Fetchmail
from .getmail import Getmail
from .mpop import Mpop
from .mutt import Mutt
from .node_pop3 import NodePop3
from .python_poplib import PythonPoplib
from .raw import RawClient, RawPop3

ALL = (RawClient, Curl, Fetchmail, Getmail, Mpop, Mutt, NodePop3, PythonPoplib)

__all__ = ["ALL", "Client", "Fault", "Maildrop", "RawPop3", *(kind.__name__ for kind in ALL)]
