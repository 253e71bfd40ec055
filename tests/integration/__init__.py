"""Tests of the real binary between real clients and real servers, and the laboratory they need.

Run one with `python3 -m unittest tests.integration.test_lab_dovecot` from the top of the tree.
"""
