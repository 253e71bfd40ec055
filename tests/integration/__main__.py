"""Runs the integration tests: `python3 -m tests.integration [--jobs N] [MODULE...]`.

Each module runs in a process of its own, so that one that hangs or dies takes no other with it; two
run at a time, as most of what they do is waiting. What a module says is shown when it fails, and
what its failed tests say is shown again at the end, each module under a line "FAILED: MODULE". The
last line is "N passed, N failed". A skipped test is a failed one.
"""

import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import time
from pathlib import Path

_TOP = Path(__file__).resolve().parents[2]
_MODULE_SECONDS = 1200
_LAST_LINES = 40
_TROUBLES = ("failures", "errors", "skipped", "unexpected successes", "expected failures")


def modules():
    """The modules with tests, in the order of their names."""
    return [f"tests.integration.{path.stem}"
            for path in sorted((_TOP / "tests/integration").glob("test_*.py"))]


def verdict(said, status):
    """How many tests passed and failed, by what unittest said at its end and its exit status."""
    ran = re.search(r"^Ran (\d+) tests? in ", said, re.M)
    ended = re.search(r"^(OK|FAILED)(?: \((.*)\))?\s*\Z", said, re.M)
    if ran is None or ended is None:
        return 0, 1
    counts = re.findall(r"([a-z ]+)=(\d+)", ended.group(2) or "")
    failed = sum(int(number) for name, number in counts if name.strip() in _TROUBLES)
    if failed == 0 and (status != 0 or int(ran.group(1)) == 0):
        failed = 1
    return max(0, int(ran.group(1)) - failed), failed


def account(said):
    """What the failed tests of a module said; its last lines, if it came to no end of its own."""
    failures = re.search(r"^=+\n(FAIL|ERROR): .*", said, re.M | re.S)
    return failures.group() if failures else "\n".join(said.splitlines()[-_LAST_LINES:])


def run(module):
    """Runs one module to its end; what it said, its verdict and its seconds."""
    start = time.monotonic()
    child = subprocess.Popen([sys.executable, "-B", "-m", "unittest", "-v", module], cwd=_TOP,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace")
    try:
        said, _ = child.communicate(timeout=_MODULE_SECONDS)
        passed, failed = verdict(said, child.returncode)
    except subprocess.TimeoutExpired:
        child.kill()
        said, _ = child.communicate()
        said, passed, failed = f"{said}\nstill running after {_MODULE_SECONDS} s\n", 0, 1
    return said, passed, failed, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(prog="python3 -m tests.integration")
    # Most tests wait for somebody most of the time.
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 2) * 3 // 2)
    parser.add_argument("module", nargs="*", help="tests.integration.test_...; default: all")
    options = parser.parse_args()
    passed_all = failed_all = 0
    accounts = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(run, module): module for module in options.module or modules()}
        for done in concurrent.futures.as_completed(running):
            said, passed, failed, seconds = done.result()
            print(f"{running[done]}: {passed} passed, {failed} failed, {seconds:.0f} s", flush=True)
            if failed:
                print(said, flush=True)
                accounts.append(f"FAILED: {running[done]}\n{account(said)}")
            passed_all, failed_all = passed_all + passed, failed_all + failed
    print(*accounts, f"{passed_all} passed, {failed_all} failed", sep="\n")
    return 0 if failed_all == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
