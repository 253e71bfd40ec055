"""All gateways that are compared, by name, in the order in which they are shown."""

from .dovecot_peers import Imapc, LoginProxy, Submission
from .other_peers import Haproxy, Imapproxy, Nginx, Perdition
from .peer import Direct
from .postern_peer import Postern

PEERS = {peer.name: peer for peer in (
    Postern, Nginx, Haproxy, Imapc, LoginProxy, Submission, Perdition, Imapproxy, Direct)}
