"""UIDLs that continue those of the servers they are named after.

Dovecot and Cyrus serve POP3 themselves, from the mailbox that the gateway reads by IMAP: what a
client heard there it has to hear from the gateway.
"""

import poplib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.integration.fleet import Fleet, Lane
from tests.integration.lab import mail
from tests.integration.lab.cyrus import Cyrus
from tests.integration.lab.dovecot import Dovecot

_SERVERS = {
    "dovecot": Dovecot,
    "uw": lambda: Dovecot(settings="pop3_uidl_format = %08Xv%08Xu"),
    "cyrus": lambda: Cyrus(settings="uidl_format: cyrus"),
    "uid": lambda: Cyrus(settings="uidl_format: uidonly"),
    "dash": lambda: Cyrus(settings="uidl_format: courier"),
}
_MESSAGES = [mail.ordinary(number) for number in range(1, 13)]


def setUpModule():
    global fleet
    fleet = Fleet(_SERVERS, lanes={preset: Lane(pop3={"uidl": preset}) for preset in _SERVERS})
    unittest.enterModuleContext(fleet)


def own_uidls(account):
    """What the server's own POP3 says."""
    pop3 = poplib.POP3(account.server.host, account.server.pop3_port, timeout=30)
    try:
        pop3.user(account.user)
        pop3.pass_(account.password)
        lines = pop3.uidl()[1]
        pop3.quit()
    finally:
        pop3.close()
    return [line.split()[1] for line in lines]


class PresetTest(unittest.TestCase):
    def test_M090_M091_a_preset_says_what_the_server_of_that_name_says(self):
        for preset in _SERVERS:
            with self.subTest(preset):
                account = fleet.account(preset, preset, *_MESSAGES)
                account.server.expunge_elsewhere(account.user, 1, 3, 4)  # numbers are no UIDs now

                with fleet.open(account) as pop3:
                    lines = pop3.ask_multiline("UIDL")[1].split(b"\r\n")[:-2]
                    single = pop3.ask("UIDL 2")
                    pop3.ask("QUIT")

                heard = [line.split()[1] for line in lines]
                self.assertEqual(len(heard), len(_MESSAGES) - 3)
                self.assertEqual(heard, own_uidls(account))
                self.assertEqual(single, b"+OK 2 %s\r\n" % heard[1])

    def test_M091_a_preset_is_made_of_uid_and_uidvalidity(self):
        forms = {"dovecot": "{u:08x}{v:08x}", "uw": "{v:08x}{u:08x}", "cyrus": "{v}.{u}",
                 "uid": "{u}", "dash": "{v}-{u}"}
        account_at = {preset: fleet.account("dovecot", preset, _MESSAGES[0]) for preset in forms}
        for preset, form in forms.items():
            with self.subTest(preset):
                account = account_at[preset]
                with fleet.open(account) as pop3:
                    said = pop3.ask("UIDL 1").split()[2].decode()

                (uid,) = account.look()
                self.assertEqual(said, form.format(u=uid, v=account.uid_validity()))


if __name__ == "__main__":
    unittest.main()
