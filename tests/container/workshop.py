"""Containers without a Docker engine: buildah builds, podman with runc runs, all as root.

Everything is kept below $POSTERN_TEST_FETCHED/container (default: tests/.work/container): storage,
images, layers, settings. The machine's own containers are neither seen nor touched. A second run
finds the base image and all layers whose inputs are the same.

The base image is made by debootstrap from the mirror that the machine's apt uses, and takes over
where apt looks and what it was told of proxies and dates.
"""

import contextlib
import functools
import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path

from tests.integration.lab.process import wait_until

TOP = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("POSTERN_TEST_FETCHED", TOP / "tests/.work")) / "container"
BASE = "localhost/debian:bookworm-slim"
BUILD_SECONDS = 1800
COMMAND_SECONDS = 120

STORAGE = """[storage]
driver = "overlay"
graphroot = "{work}/storage"
runroot = "{work}/run"
"""

# crun refuses machines with both kinds of cgroups, runc does not; and who may not raise limits may
# start containers only with limits that are there already.
CONTAINERS = """[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{work}/tmp"
[network]
network_backend = "netavark"
network_config_dir = "{work}/networks"
"""


@functools.cache
def environment():
    """The environment that buildah, podman and podman-compose run in."""
    for folder in ("storage", "run", "tmp", "networks", "scratch"):
        (WORK / folder).mkdir(parents=True, exist_ok=True)
    for name, text in (("storage.conf", STORAGE), ("containers.conf", CONTAINERS)):
        (WORK / name).write_text(text.format(work=WORK), encoding="utf-8")
    return {**os.environ, "CONTAINERS_STORAGE_CONF": str(WORK / "storage.conf"),
            "CONTAINERS_CONF": str(WORK / "containers.conf"), "TMPDIR": str(WORK / "scratch"),
            "LC_ALL": "C.UTF-8"}


def run(*command, check=True, seconds=COMMAND_SECONDS, env_changes=None, **options):
    """Runs a program in that environment; its output is in the error if it fails."""
    done = subprocess.run([str(word) for word in command], timeout=seconds, capture_output=True,
                          env={**environment(), **(env_changes or {})}, text=True,
                          errors="replace", **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n"
                             f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}")
    return done


def podman(*arguments, **options):
    return run("podman", *arguments, **options)


def inspected(kind, name):
    """What podman knows of an image or a container."""
    return json.loads(podman(kind, "inspect", name).stdout)[0]


# ---- images

def apt_sources():
    """The machine's sources of Debian packages, as lines for a base without any others."""
    form = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)"
    told = run("apt-get", "indextargets", "--format", form, "Created-By: Packages").stdout
    lines = sorted({tuple(line.split()) for line in told.splitlines()})
    return [f"deb {uri} {release} {component}"
            for uri, release, component, *origin in lines if origin == ["Debian"]]


def apt_settings():
    """What the machine's apt was told about fetching; nothing about this or that package."""
    told = run("apt-config", "dump").stdout.splitlines()
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    return [line for line in told if line.startswith(wanted)]


@functools.cache
def base_image():
    """Debian's smallest system as an image."""
    if podman("image", "exists", BASE, check=False).returncode == 0:
        return BASE
    sources = apt_sources()
    main = next(line.split()[1] for line in sources if line.split()[2] == "bookworm")
    root = WORK / "base"
    shutil.rmtree(root, ignore_errors=True)
    run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", root, main,
        seconds=BUILD_SECONDS)
    (root / "etc/apt/sources.list").write_text("\n".join(sources) + "\n", encoding="utf-8")
    (root / "etc/apt/apt.conf.d/90fetching").write_text("\n".join(apt_settings()) + "\n",
                                                        encoding="utf-8")
    shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
    archive = WORK / "base.tar"
    run("tar", "-C", root, "-cf", archive, ".", seconds=BUILD_SECONDS)
    podman("import", archive, BASE, seconds=BUILD_SECONDS)
    archive.unlink()
    shutil.rmtree(root)
    return BASE


def build(tag, file, context, *, target=None, arguments=()):
    """Builds an image, by layers that are kept."""
    words = ["--build-arg", f"BASE={base_image()}"]
    for argument in arguments:
        words += ["--build-arg", argument]
    if target:
        words += ["--target", target]
    run("buildah", "bud", "--isolation", "chroot", "--layers", "--format", "docker", "--network",
        "host", *words, "-f", file, "-t", tag, context, seconds=BUILD_SECONDS)
    return tag


@functools.cache
def revision():
    """Build arguments that say what is built: the commit and its time."""
    def git(*words):
        return subprocess.run(["git", "-C", str(TOP), *words], capture_output=True, text=True,
                              check=True).stdout.strip()

    return (f"REVISION={git('rev-parse', '--short', 'HEAD')}",
            f"SOURCE_DATE_EPOCH={git('log', '-1', '--format=%ct')}")


@functools.cache
def gateway_image():
    """The image of postern, built from this tree as its Dockerfile says."""
    return build("localhost/postern", TOP / "docker/Dockerfile", TOP, arguments=revision())


@functools.cache
def debian_packages():
    """The folder with the Debian package that the same build made."""
    image = build("localhost/postern-package", TOP / "docker/Dockerfile", TOP, target="package",
                  arguments=revision())
    folder = WORK / "package"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    carrier = podman("create", image, "nothing").stdout.strip()
    try:
        podman("cp", f"{carrier}:/.", folder)
    finally:
        podman("rm", carrier)
    return folder


@functools.cache
def debian_package():
    """The .deb itself."""
    [package] = debian_packages().glob("postern_*.deb")
    return package


@functools.cache
def shipped_binary():
    """The binary out of the Debian package."""
    folder = WORK / "unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    run("dpkg-deb", "-x", debian_package(), folder)
    return folder / "usr/bin/postern"


@functools.cache
def demo_image(name):
    """One of the servers of the demonstration."""
    folder = TOP / "docker/demo"
    return build(f"localhost/postern-demo-{name}", folder / "Dockerfile", folder, target=name)


# ---- containers

@contextlib.contextmanager
def container(image, *options, command=()):
    """A container that runs in the background; its name. What it said is shown if a test fails."""
    name = f"postern-test-{uuid.uuid4().hex[:8]}"
    podman("run", "-d", "--name", name, *options, image, *command)
    try:
        yield name
    except BaseException:
        print(f"---- {name}\n{logs(name)[-6000:]}")
        raise
    finally:
        podman("rm", "-f", "-t", "5", "-v", name, check=False)


def logs(name):
    """What a container has written, both streams."""
    said = podman("logs", name, check=False)
    return said.stdout + said.stderr


def executed(name, *command, check=True, **options):
    """Runs a command in a container."""
    return podman("exec", *options.pop("flags", ()), name, *command, check=check, **options)


def wait_healthy(name, seconds=60):
    """Asks the image's own health check until it is content. No timer does, without systemd."""
    wait_until(lambda: podman("healthcheck", "run", name, check=False).returncode == 0, seconds,
               f"health of {name}\n{logs(name)}")


@contextlib.contextmanager
def network():
    """A bridge of its own; containers on it find each other by name."""
    name = f"postern-test-{uuid.uuid4().hex[:8]}"
    podman("network", "create", name)
    try:
        yield name
    finally:
        podman("network", "rm", "-f", name, check=False)
