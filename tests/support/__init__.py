"""Scripted peers for tests of all kinds: fault_imap.py is an IMAP server that misbehaves on demand.

In process: `from tests.support.fault_imap import FaultImap`. As a program: see fault_imap.py.
"""
