"""The ground the tests stand on: ports, processes, certificates, mail, and real IMAP servers.

Each upstream server is one module with one class; all of them answer to `upstream.Upstream`. The
README beside this folder tells what each server keeps of a message and what it changes.
"""
