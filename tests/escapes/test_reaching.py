"""A suite that tries to get out of the sandbox: each of its tests asserts that it cannot, in a run of the real harness."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.escapes.conftest import NARROW
from tests.tools.conftest import Subject
from tests.workspaces.conftest import NO_SANDBOX
from tools.testing import run_tests

SECRET = "hunter2-" + "0123456789abcdef"

# read by the suite from around.json: what lies around the sandbox, and where
SUITE = """
import ctypes, errno, json, os, pathlib, platform, socket, subprocess, sys

import pytest

HERE = pathlib.Path(__file__).parents[1]
AROUND = json.loads((HERE / "around.json").read_text())
LIBRARY = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "x86_64": dict(unshare=272, clone=56, ptrace=101, keyctl=250, mount=165, setns=308, bpf=321, ioctl=16),
    "aarch64": dict(unshare=97, clone=220, ptrace=117, keyctl=219, mount=40, setns=268, bpf=280, ioctl=29),
}


def holds_secret(path):
    try:
        with open(path, "rb") as file:
            return AROUND["half"].encode() + b"0123456789abcdef" in file.read(1 << 20)
    except OSError:
        return False


def test_no_environment_holds_the_key():
    assert not any(AROUND["half"] in value for value in os.environ.values())
    assert not any(holds_secret(folder / "environ") for folder in pathlib.Path("/proc").iterdir())


@pytest.mark.parametrize("number", AROUND["parents"])
def test_a_parent_is_not_there(number):
    assert not os.path.exists(f"/proc/{number}/environ") or number <= 64 and not holds_secret(f"/proc/{number}/environ")


@pytest.mark.parametrize("path", AROUND["secrets"])
def test_a_secret_file_is_not_there(path):
    assert not os.path.exists(path)


def test_no_file_anywhere_holds_the_secret():
    tops = ["/checkout", "/verispeed", "/tmp", "/home", "/root", "/etc", "/run", "/var", "/dev/shm"]
    found = [f"{folder}/{name}" for top in tops for folder, _, names in os.walk(top) for name in names]
    assert [path for path in found if os.path.isfile(path) and os.path.getsize(path) < 5000 and holds_secret(path)] == []


def test_a_link_of_the_tree_leads_nowhere():
    assert os.path.islink(HERE / "leak")
    assert not os.path.exists(HERE / "leak")


def test_a_link_made_now_leads_nowhere():
    os.symlink(AROUND["secrets"][0], HERE / "made")
    with pytest.raises(FileNotFoundError):
        open(HERE / "made")
    os.symlink(AROUND["outside"], HERE / "outside")
    with pytest.raises(OSError):
        open(HERE / "outside" / "planted", "w")


@pytest.mark.parametrize("folder", [AROUND["outside"], "/", "/usr", "/etc", "/verispeed", "/verispeed/harness", "/proc/sys"])
def test_nothing_outside_can_be_written(folder):
    with pytest.raises(OSError):
        open(folder + "/planted", "w")


@pytest.mark.parametrize("address", [("127.0.0.1", AROUND["port"]), ("192.0.2.1", 80), ("8.8.8.8", 53)])
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_no_address_is_reached(address, kind):
    with socket.socket(socket.AF_INET, kind) as one, pytest.raises(OSError):
        one.settimeout(3)
        one.connect(tuple(address))
        one.send(b"x")
        one.recv(1)  # a datagram that nobody takes is refused here


def test_no_name_is_found():
    with pytest.raises(OSError):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.parametrize("address", AROUND["sockets"])
def test_no_unix_socket_is_reached(address):
    with socket.socket(socket.AF_UNIX) as one, pytest.raises(OSError):
        one.connect(address.replace("@", "\\0"))


@pytest.mark.parametrize("path", ["/sys", "/run", "/var/run", "/boot", "/mnt", "/media", "/srv", "/dev/mem", "/dev/kmsg"])
def test_a_place_is_absent(path):
    assert not os.path.exists(path)


@pytest.mark.parametrize("path", ["/proc/kcore", "/proc/keys", "/proc/kallsyms", "/proc/kmsg", "/proc/sysrq-trigger"])
def test_what_proc_tells_of_the_machine_is_hidden(path):
    with pytest.raises(OSError):
        assert open(path, "rb").read(16) == b""
        raise OSError


def refused(name, *arguments):
    number = CALLS[platform.machine()][name]
    assert LIBRARY.syscall(number, *arguments) == -1
    return errno.errorcode[ctypes.get_errno()]


def test_system_calls_are_refused():
    assert refused("unshare", 0x10000000) == "EPERM"  # CLONE_NEWUSER
    assert refused("clone", 0x10000000 | 17, 0, 0, 0, 0) == "EPERM"
    assert refused("ptrace", 16, os.getpid(), 0, 0) == "EPERM"  # PTRACE_ATTACH
    assert refused("keyctl", 0, -3, 0) == "EPERM"  # the session's keyring
    assert refused("mount", 0, b"/tmp", b"tmpfs", 0, 0) == "EPERM"
    assert refused("setns", 0, 0) == "EPERM"
    assert refused("bpf", 0, 0, 0) == "EPERM"


def test_nothing_can_be_typed_into_a_terminal():
    import pty

    leader, follower = pty.openpty()
    assert refused("ioctl", follower, 0x5412, ctypes.c_char_p(b"x")) == "EPERM"  # TIOCSTI
    with pytest.raises(OSError):
        open("/dev/tty")


def test_programs_that_become_another_user_stay_who_they_are():
    for name in ("/usr/bin/su", "/usr/bin/sudo", "/usr/bin/passwd", "/usr/bin/mount"):
        if os.path.exists(name):
            assert os.getresuid() == (os.getuid(),) * 3
    assert "NoNewPrivs:\\t1" in open("/proc/self/status").read()
    with pytest.raises(OSError):
        os.setuid(0)


def test_a_file_with_the_users_bit_of_root_gives_nothing():
    copy = HERE / "shell"
    copy.write_bytes(pathlib.Path("/bin/sh").read_bytes())
    os.chmod(copy, 0o6755)
    done = subprocess.run([str(copy), "-c", "cat /proc/self/status"], capture_output=True, text=True)
    assert f"Uid:\\t{os.getuid()}\\t{os.getuid()}" in done.stdout


def test_no_process_outside_can_be_signalled():
    for number in AROUND["parents"]:
        if number > 64:
            with pytest.raises(ProcessLookupError):
                os.kill(number, 0)
"""


# of the suite, what may be let go without a sandbox: it must succeed there, or the suite would prove nothing
HARMLESS = ("test_no_environment_holds_the_key", "test_no_unix_socket_is_reached", "test_a_link_of_the_tree_leads_nowhere")


@dataclass(frozen=True)
class Outcomes:
    """What became of the suite's tests."""

    confined: Mapping[str, str]
    control: Mapping[str, str]  # without a sandbox
    came: int  # connections to servers outside, while it was confined


class Listening:
    """Servers outside the sandbox that count who came."""

    def __init__(self, folder: Path) -> None:
        self.came = 0
        self.abstract = f"\0verispeed-test-{os.getpid()}"
        self.path = str(folder / "socket")
        self.internet = socket.create_server(("127.0.0.1", 0))
        self._servers = [self.internet]
        for address in (self.path, self.abstract):
            server = socket.socket(socket.AF_UNIX)
            server.bind(address)
            server.listen()
            self._servers.append(server)
        for server in self._servers:
            threading.Thread(target=self._serve, args=(server,), daemon=True).start()

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                server.accept()[0].close()
            except OSError:  # closed
                return
            self.came += 1

    def close(self) -> None:
        for server in self._servers:
            server.shutdown(socket.SHUT_RDWR)
            server.close()


@pytest.fixture(scope="module")
def outcomes(subject_of: Callable[[Path], Subject], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """What became of each test of SUITE, with everything in place that it looks for."""
    around = Path("/var/tmp", f"verispeed-test-{os.getpid()}")  # not under /tmp, of which the sandbox has its own
    home, user, outside = around / "home", around / "user" / "project", around / "outside"
    for folder in (home / ".aws", user, outside):
        folder.mkdir(parents=True)
    around.chmod(0o777)
    (home / ".aws" / "credentials").write_text(SECRET)
    listening = Listening(around)
    parent = subprocess.Popen(["sleep", "120"], env={"OPENAI_API_KEY": SECRET, "PATH": os.environ["PATH"]})
    (user / "tests").mkdir()
    (user / "tests" / "test_reaching.py").write_text(SUITE)
    (user / "leak").symlink_to(home / ".aws" / "credentials")
    known = {
        "half": SECRET[:8],
        "parents": [os.getpid(), os.getppid(), parent.pid],
        "secrets": [str(home / ".aws" / "credentials"), str(user / ".git" / "config"), str(user), str(Path.home() / ".ssh")],
        "outside": str(outside),
        "port": listening.internet.getsockname()[1],
        "sockets": [listening.path, "@" + listening.abstract[1:]],
    }
    (user / "around.json").write_text(json.dumps(known))
    subject = subject_of(user)
    with (user / ".git" / "config").open("a") as configuration:
        configuration.write(f'[url "https://oauth2:{SECRET}@example.org/"]\n\tinsteadOf = https://example.org/\n')
    before = sorted(around.rglob("*"))
    os.environ["OPENAI_API_KEY"] = SECRET
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(listening.abstract)  # they do answer out here
        found = run_tests(replace(subject.target, limits=NARROW), subject.start, [])
        assert sorted(around.rglob("*")) == before
        came = listening.came
        unconfined = replace(subject.target, limits=NARROW, sandbox=NO_SANDBOX)
        control = run_tests(unconfined, subject.start, [f"tests/test_reaching.py::{name}" for name in HARMLESS])
        yield Outcomes(found.outcomes, control.outcomes, came)
    finally:
        del os.environ["OPENAI_API_KEY"]
        parent.kill()
        parent.wait()
        listening.close()
        shutil.rmtree(around)


def test_no_attempt_succeeds(outcomes: Outcomes) -> None:
    assert {node: outcome for node, outcome in outcomes.confined.items() if outcome != "passed"} == {}
    assert len(outcomes.confined) > 45


def test_nobody_came_to_a_server_outside(outcomes: Outcomes) -> None:
    assert outcomes.came == 1  # our own probe


def test_out_here_the_same_attempts_do_succeed(outcomes: Outcomes) -> None:
    assert set(outcomes.control.values()) == {"failed"}
    assert len(outcomes.control) > len(HARMLESS)
