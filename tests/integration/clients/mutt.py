"""mutt: run in a terminal of its own, told to fetch mail into an MH folder and to leave.

In clear it needs to be told that TLS is not a must. Where it would ask a question, as it does about
certificates, and where its screen tells of a failure, that is an error with the screen's text.
"""

import os
import pty
import re
import subprocess
import threading

from tests.integration.lab.process import wait_until

from .client import Client, Fault, lines_end_in_lf

_SECONDS = 60
_TROUBLE = re.compile(rb"failed|Error|Could not|is not accepted|\(r\)eject", re.IGNORECASE)
_SETTLED = re.compile(_TROUBLE.pattern + rb"|messages read\]|No new mail", re.IGNORECASE)
_AUTHENTICATORS = {"USER": "user", "PLAIN": "plain", "LOGIN": "login"}


def _lines_cut_at_nul(text):
    return re.sub(rb"\0[^\n]*", b"", text)


class Mutt(Client):
    name = "mutt"
    mechanisms = tuple(_AUTHENTICATORS)
    faults = (
        Fault("lines end in LF", "an MH folder holds text of this system", lines_end_in_lf),
        Fault("loses what follows a NUL in a line", "its strings end there", _lines_cut_at_nul),
    )

    def _fetch_all(self, maildrop, folder, mechanism, keep):
        spool = folder / "spool"
        spool.mkdir()
        (spool / ".mh_sequences").touch()
        configuration = folder / "muttrc"
        configuration.write_text(self._configuration(maildrop, folder, mechanism, keep))
        run_in_terminal(["mutt", "-n", "-F", configuration, "-f", spool], folder)
        files = sorted((file for file in spool.iterdir() if file.name.isdigit()),
                       key=lambda file: int(file.name))
        return [file.read_bytes() for file in files]

    @staticmethod
    def _configuration(maildrop, folder, mechanism, keep):
        scheme = "pops" if maildrop.tls_mode == "implicit" else "pop"
        upgrade = "yes" if maildrop.tls_mode == "stls" else "no"
        user, password = (re.sub(r'(["\\$`])', r"\\\1", text)
                          for text in (maildrop.user, maildrop.password))
        trust = f'set ssl_ca_certificates_file="{maildrop.ca_file}"\n' if maildrop.ca_file else ""
        return (f'set pop_host="{scheme}://{maildrop.host}:{maildrop.port}"\n'
                f'set pop_user="{user}"\nset pop_pass="{password}"\n'
                f'set pop_authenticators="{_AUTHENTICATORS[mechanism]}" pop_auth_try_all=no\n'
                f"set pop_delete={'no' if keep else 'yes'}\n"
                f"set ssl_starttls={upgrade} ssl_force_tls={upgrade}\n{trust}"
                f'set mbox_type=MH spoolfile="{folder}/spool" folder="{folder}"\n'
                f'set tmpdir="{folder}" quit=yes move=no delete=no wait_key=no sleep_time=0\n'
                'push "<fetch-mail>"\n')


def run_in_terminal(argv, folder):
    """Runs mutt in a terminal until it has fetched its mail, and has it leave."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs,
                             env={**os.environ, "TERM": "vt100", "HOME": str(folder)},
                             start_new_session=True)
    os.close(theirs)
    shown = bytearray()
    reader = threading.Thread(target=_read_all, args=(ours, shown))
    reader.start()
    try:
        wait_until(lambda: child.poll() is not None or _SETTLED.search(shown), _SECONDS,
                   f"the end of {argv[0]}")
        if not _TROUBLE.search(shown):
            os.write(ours, b"q")
            child.wait(_SECONDS)
    finally:
        if child.poll() is None:
            child.kill()
        status = child.wait()
        reader.join()
        os.close(ours)
    if status != 0:
        raise RuntimeError(f"{argv[0]} ended with {status}; its screen: {bytes(shown[-1000:])!r}")


def _read_all(terminal, shown):
    while True:
        try:
            shown.extend(os.read(terminal, 65536))
        except OSError:  # EIO: the program has gone
            return
