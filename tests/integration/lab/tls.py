"""A test certificate authority and the certificates of the tests, made with the openssl command.

`Pki.good` is what a well run server shows for localhost and 127.0.0.1. `BAD` is the table of
certificates that a client must refuse (T-007), each with the reason; all but those whose fault is
the issuer are signed by the very authority that the client trusts, so that only the named fault can
be what refuses them. RFC 5280 (profile), RFC 6125 (names).
"""

import datetime
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

from .process import run

_SAN = "subjectAltName = DNS:localhost, IP:127.0.0.1"
_FOR_SERVERS = "extendedKeyUsage = serverAuth"
_LEAF = "basicConstraints = CA:FALSE"
_CA = "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign"
_SERVER = f"{_LEAF}\n{_SAN}\n{_FOR_SERVERS}"
_NUL_NAME = b"localhost\0.attacker.test"

BAD = {
    "wrong_name": "made out to another host",
    "wrong_wildcard": "its wildcard covers other hosts only",
    "name_in_subject_only": "names the host in the subject while its subjectAltName names another",
    "nul_in_name": "its name goes on behind a NUL that a careless comparison stops at",
    "expired": "its time is over",
    "not_yet_valid": "its time has not come",
    "self_signed": "vouched for by itself",
    "unknown_authority": "signed by an authority that nobody here trusts",
    "issuer_is_no_authority": "signed with the key of a server's certificate",
    "authority_not_for_servers": "signed by an authority that may only certify clients",
    "authority_not_for_name": "signed by an authority that may not certify this name",
    "path_too_long": "behind one authority more than the chain may have",
    "for_clients_only": "made out for use as a client",
    "weak_key": "RSA with 1,024 bits",
    "weak_digest": "signed over SHA-1",
}


@dataclass(frozen=True)
class Certificate:
    """Files of one server: its certificate followed by the intermediate ones, and its key."""

    chain: Path
    private_key: Path


@dataclass(frozen=True)
class Order:
    """What is asked of an authority; days count from today."""

    extensions: str
    common_name: str = "localhost"
    key: str = "ec"
    days: tuple = (-1, 3650)
    digest: str = "sha256"


class Authority:
    """An issuer; its own certificate is self-signed, or issued by another authority."""

    def __init__(self, folder, label, *, parent=None, extensions=_CA):
        self._folder = folder / f"{label}-authority"
        self._folder.mkdir()
        self._above = b""
        key = _private_key(self._folder / "ca.key", "ec")
        self.certificate = self._folder / "ca.pem"
        if parent is None:
            self._write_own(key, label)
        else:
            order = Order(extensions, common_name=f"postern test {label}")
            issued = parent.issue(f"{label}-ca", order, key_file=key)
            self._above = issued.chain.read_bytes()
            self.certificate.write_bytes(self._above)
        self._prepare(key)

    def issue(self, label, order, *, key_file=None):
        """A certificate as ordered, for a new key or for the one in the file."""
        key_file = key_file or _private_key(self._folder / f"{label}.key", order.key)
        request, issued = self._folder / f"{label}.csr", self._folder / f"{label}.pem"
        extension_file = self._folder / f"{label}.ext"
        extension_file.write_text(order.extensions + "\n")
        run(["openssl", "req", "-new", "-key", key_file, "-subj", f"/CN={order.common_name}",
             "-out", request])
        start, end = (_asn1_time(day) for day in order.days)
        run(["openssl", "ca", "-batch", "-notext", "-config", self._folder / "ca.conf",
             "-md", order.digest, "-startdate", start, "-enddate", end, "-extfile", extension_file,
             "-in", request, "-out", issued])
        issued.write_bytes(issued.read_bytes() + self._above)
        return Certificate(issued, key_file)

    def _write_own(self, key, label):
        run(["openssl", "req", "-x509", "-new", "-key", key, "-subj", f"/CN=postern test {label}",
             "-days", "3650", "-addext", "keyUsage = critical, keyCertSign, cRLSign",
             "-out", self.certificate])

    def _prepare(self, key):
        (self._folder / "index.txt").touch()
        (self._folder / "ca.conf").write_text(
            "[ca]\ndefault_ca = this\n[this]\n"
            f"database = {self._folder}/index.txt\nnew_certs_dir = {self._folder}\n"
            f"certificate = {self.certificate}\nprivate_key = {key}\n"
            "rand_serial = yes\nunique_subject = no\npolicy = any\n[any]\ncommonName = supplied\n")


class Pki:
    """The trusted authority, one good certificate, and bad ones, each made when first asked for."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._made = {}
        self._authority = Authority(self._folder, "trusted")
        self.ca_file = self._authority.certificate
        self.good = self._authority.issue("good", Order(_SERVER))

    def bad(self, label):
        """The certificate of one row of BAD."""
        with self._lock:
            if label not in self._made:
                assert label in BAD, label
                self._made[label] = getattr(self, f"_{label}")()
            return self._made[label]

    def client_context(self):
        """What a careful Python client of these servers uses."""
        return careful_context(self.ca_file)

    @staticmethod
    def server_context(certificate):
        """A server that shows this certificate, however bad it is."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(certificate.chain, certificate.private_key)
        return context

    def _wrong_name(self):
        return self._issue("wrong_name", "DNS:mail.attacker.test")

    def _wrong_wildcard(self):
        return self._issue("wrong_wildcard", "DNS:*.localhost")

    def _name_in_subject_only(self):
        return self._issue("name_in_subject_only", "DNS:mail.other.test")

    def _nul_in_name(self):
        name = bytes([0x82, len(_NUL_NAME)]) + _NUL_NAME
        return self._issue("nul_in_name", "DER:" + (bytes([0x30, len(name)]) + name).hex(":"))

    def _expired(self):
        return self._authority.issue("expired", Order(_SERVER, days=(-30, -1)))

    def _not_yet_valid(self):
        return self._authority.issue("not_yet_valid", Order(_SERVER, days=(2, 30)))

    def _self_signed(self):
        key, chain = _private_key(self._folder / "self.key", "ec"), self._folder / "self.pem"
        run(["openssl", "req", "-x509", "-new", "-key", key, "-subj", "/CN=localhost",
             "-days", "30", "-addext", _SAN, "-addext", _FOR_SERVERS, "-out", chain])
        return Certificate(chain, key)

    def _unknown_authority(self):
        return Authority(self._folder, "unknown").issue("leaf", Order(_SERVER))

    def _issuer_is_no_authority(self):
        return self._behind("no-authority", _SERVER)

    def _authority_not_for_servers(self):
        return self._behind("clients-only", f"{_CA}\nextendedKeyUsage = clientAuth")

    def _authority_not_for_name(self):
        names = "permitted;DNS:other.test, permitted;IP:10.0.0.0/255.0.0.0"
        return self._behind("other-names", f"{_CA}\nnameConstraints = critical, {names}")

    def _path_too_long(self):
        last = "basicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign"
        upper = Authority(self._folder, "last", parent=self._authority, extensions=last)
        lower = Authority(self._folder, "one-more", parent=upper)
        return lower.issue("leaf", Order(_SERVER))

    def _for_clients_only(self):
        extensions = f"{_LEAF}\n{_SAN}\nextendedKeyUsage = clientAuth"
        return self._authority.issue("for_clients_only", Order(extensions))

    def _weak_key(self):
        return self._authority.issue("weak_key", Order(_SERVER, key="rsa:1024"))

    def _weak_digest(self):
        return self._authority.issue("weak_digest", Order(_SERVER, digest="sha1"))

    def _issue(self, label, name):
        extensions = f"{_LEAF}\nsubjectAltName = {name}\n{_FOR_SERVERS}"
        return self._authority.issue(label, Order(extensions))

    def _behind(self, label, extensions):
        issuer = Authority(self._folder, label, parent=self._authority, extensions=extensions)
        return issuer.issue("leaf", Order(_SERVER))


def careful_context(ca_file):
    """For clients in Python: chain, time and name are checked, a cut is not taken for an end."""
    context = ssl.create_default_context(cafile=ca_file)
    # Debian's Python is built to take TLS that ends without its alert for TLS that ended well.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


def _private_key(path, kind):
    if kind == "ec":
        options = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    else:
        options = ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{kind.partition(':')[2]}"]
    run(["openssl", "genpkey", *options, "-out", path])
    path.chmod(0o644)  # the servers of the tests read it after dropping privileges
    return path


def _asn1_time(days_from_now):
    day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days_from_now)
    return day.strftime("%Y%m%d%H%M%SZ")
