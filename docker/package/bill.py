#!/usr/bin/env python3
"""Prints the bill of materials of a binary as SPDX 2.3 in JSON.

    python3 docker/package/bill.py build/release/proxy/postern 0.1.0 packages.txt

Asked of the system that built it: the Debian packages, with versions, of each shared library that
the binary loads, and those of kind "build" in packages.txt that it was made with (libraries of
headers alone, compiler, linker). It says nothing of time or place but $SOURCE_DATE_EPOCH, so that
the same build gives the same bill.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries(binary):
    """The files of the shared libraries that the loader takes for it."""
    return sorted({os.path.realpath(path)
                   for path in re.findall(r"(/\S+) \(0x", output("ldd", str(binary)))})


def owner(library):
    """The package of a library, which may know it by the name before /usr was merged."""
    for name in (library, library.removeprefix("/usr"), f"/usr{library}"):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise SystemExit(f"bill.py: {library} is of no package")


def built_with(list_file):
    """The packages of kind "build"."""
    lines = Path(list_file).read_text(encoding="utf-8").splitlines()
    return [line.split()[1] for line in lines if line.startswith("build ")]


def package(name):
    """What dpkg knows of an installed package."""
    told = "${Version}\t${Architecture}\t${source:Package}\n"
    fields = output("dpkg-query", "-W", "-f", told, name)
    version, architecture, source = fields.splitlines()[0].split("\t")
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name),
        "name": name,
        "versionInfo": version,
        "supplier": "Organization: Debian",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "sourceInfo": f"source package {source}",
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{name}@{version}?arch={architecture}",
        }],
    }


def bill(binary, version, list_file):
    """The whole document."""
    digest = hashlib.sha256(Path(binary).read_bytes()).hexdigest()
    loaded = sorted({owner(library) for library in libraries(binary)})
    made_with = sorted(set(built_with(list_file)) - set(loaded))
    created = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc)
    postern = {
        "SPDXID": "SPDXRef-postern",
        "name": "postern",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseDeclared": "Apache-2.0",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "comment": "The checksum is the binary's before it was stripped.",
    }
    parts = {name: package(name) for name in loaded + made_with}
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"postern-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/postern-{version}-{digest[:32]}",
        "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": ["Tool: postern-bill"]},
        "packages": [postern, *parts.values()],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
             "relatedSpdxElement": "SPDXRef-postern"},
            *({"spdxElementId": "SPDXRef-postern", "relationshipType": "DYNAMIC_LINK",
               "relatedSpdxElement": parts[name]["SPDXID"]} for name in loaded),
            *({"spdxElementId": parts[name]["SPDXID"], "relationshipType": "BUILD_DEPENDENCY_OF",
               "relatedSpdxElement": "SPDXRef-postern"} for name in made_with),
        ],
    }


if __name__ == "__main__":
    json.dump(bill(*sys.argv[1:]), sys.stdout, indent=1)
    print()
