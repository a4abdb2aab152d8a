"""What tests try outside their own work: named, compared with the unchanged code, and told with what would allow it."""

import pytest

from tools.attempts import beyond, needs, outcome_of, parse_attempts, remedy, sentence
from tools.examining import examine
from tools.testing import run_tests, take_baseline
from tools.values import Attempt, AttemptKind, Outcome

TRYING = """\
import contextlib
import ctypes
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def anything():
    with contextlib.suppress(OSError, sqlite3.Error):
        yield


def tried(call):
    def test(tmp_path, monkeypatch):
        with contextlib.suppress(OSError, sqlite3.Error):
            call()

    return test


test_key = tried(lambda: open("/root/.aws/credentials"))
test_home = tried(lambda: open(os.path.expanduser("~/.netrc")))
test_shadow = tried(lambda: Path("/etc/shadow").read_text())
test_listing = tried(lambda: os.listdir("/home"))
test_parent = tried(lambda: open("/proc/4000000/environ"))
test_git = tried(lambda: open(".git/config", "a"))
test_writing = tried(lambda: open("/var/planted", "w"))
test_source = tried(lambda: Path("work.py").open("a"))
test_database = tried(lambda: sqlite3.connect("/var/cache.db"))
test_link = tried(lambda: os.symlink("/root/.ssh", "way_out"))
test_connect = tried(lambda: socket.create_connection(("127.0.0.1", 8080), 1))
test_lookup = tried(lambda: socket.getaddrinfo("api.example.com", 443))
test_unix = tried(lambda: socket.socket(socket.AF_UNIX).connect("/run/docker.sock"))
test_abstract = tried(lambda: socket.socket(socket.AF_UNIX).connect("\\0session"))
test_listen = tried(lambda: socket.socket().bind(("127.0.0.1", 9)))
test_program = tried(lambda: subprocess.run(["/bin/true"]))
test_shell = tried(lambda: os.system("ls -l >/dev/null"))
test_python = tried(lambda: subprocess.run([sys.executable, "-c", ""]))
test_signal = tried(lambda: os.kill(4000000, 9))
test_library = tried(lambda: ctypes.CDLL("libc.so.6"))


def test_ordinary_work(tmp_path):
    (tmp_path / "a").write_text("a")
    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    Path("made.txt").write_text("in the checkout")
    Path("made.txt").unlink()
    open(os.devnull, "w").close()
    open("/proc/self/status").close()
    open("/proc/cpuinfo").close()
    os.kill(os.getpid(), 0)
    child = os.fork()
    if not child:
        os._exit(0)
    os.kill(child, 0)
    os.waitpid(child, 0)
    import wsgiref.util, zoneinfo  # of the standard library, for the first time

    assert zoneinfo and wsgiref.util and not os.path.exists("/root/elsewhere")
"""
TRIED = {
    "test_key": "open /root/.aws/credentials",
    "test_home": "open ~/.netrc",
    "test_shadow": "open /etc/shadow",
    "test_listing": "list /home",
    "test_parent": "open /proc/4000000/environ",
    "test_git": "open for writing the checkout's .git/config",
    "test_writing": "open for writing /var/planted",
    "test_source": "open for writing /checkout/work.py",
    "test_database": "open for writing /var/cache.db",
    "test_link": "make a symbolic link to /root/.ssh",
    "test_connect": "connect to 127.0.0.1:8080",
    "test_lookup": "look up api.example.com:443",
    "test_unix": "connect to the unix socket /run/docker.sock",
    "test_abstract": "connect to the unix socket @session",
    "test_listen": "listen on 127.0.0.1:9",
    "test_program": "start true",
    "test_shell": "start sh -c ls",
    "test_python": "start Python",
    "test_signal": "send signal 9 to process 4000000",
    "test_library": "load libc.so.6",
}
WORK = "def total(n):\n    return sum(range(n))\n\n\ndef other():\n    return open('/usr/share/zoneinfo/UTC', 'rb').read()\n"
TESTS = "from work import other, total\n\n\ndef test_total():\n    assert total(3) == 3\n    assert other\n"


def did(attempts):
    return {(one.node.rpartition("::")[2], f"{one.act} {one.what}") for one in attempts}


def test_each_attempt_is_named_with_the_test_that_makes_it_and_ordinary_work_is_none(subject_with):
    subject = subject_with({"test_trying.py": TRYING, "work.py": WORK})
    run = run_tests(subject.target, subject.start, [])
    assert set(run.outcomes.values()) == {"passed"}
    found = {one for one in did(run.attempts) if one[0]}
    allowed = {("test_ordinary_work", "start a copy of itself"), ("test_connect", "look up 127.0.0.1:8080")}
    assert found - allowed == set(TRIED.items())


# --- candidates


@pytest.fixture(scope="module")
def subject(subject_with):
    return subject_with({"work.py": WORK, "test_work.py": TESTS})


@pytest.fixture(scope="module")
def baseline(subject):
    return take_baseline(subject.target, subject.start)


@pytest.fixture
def examined(subject, baseline):
    """What becomes of another body of `total`."""

    def run(body, known=baseline):
        commit = subject.edit("work.py", "    return sum(range(n))\n", f"    import os, socket\n    {body}\n")
        return examine(subject.target, subject.start, commit, known, ["work.py"])

    return run


def test_plain_candidate_passes_all_three_rungs(examined):
    done = examined("return n * (n - 1) // 2")
    assert done.failed is None
    assert [one.rung for one in done.checks] == ["origin", "attempts", "tests"]
    assert done.checks[0].detail.startswith("work.py ran from the tree of this commit: sha256 ")
    assert done.checks[0].detail.endswith("no other copy is mounted")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("os.path.lexists('/x') or open('/root/.aws/credentials')", "tried to open /root/.aws/credentials"),
        ("socket.socket().connect_ex(('127.0.0.1', 8080)); return sum(range(n))", "tried to connect to 127.0.0.1:8080"),
    ],
    ids=["fails", "passes"],
)
def test_candidate_that_reaches_out_is_cheating_and_the_reason_names_what_it_tried(examined, body, said):
    done = examined(body)
    assert done.failed is Outcome.CHEATING
    assert done.checks[-1].rung == "attempts"
    assert f"it {said} (in test_work.py::test_total), which the unchanged code does not" in done.checks[-1].detail


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_attempt_is_known_of_a_process_that_ends_at_once(examined, end):
    done = examined(f"socket.socket().connect_ex(('10.0.0.1', 25)); {end}")
    assert done.failed is Outcome.CHEATING
    assert "tried to connect to 10.0.0.1:25" in done.checks[-1].detail
    assert "the tests could not be run" in done.checks[-1].detail


def test_candidate_that_empties_the_record_is_named_all_the_same(examined):
    hide = "socket.socket().connect_ex(('10.0.0.1', 25)); open('/verispeed/results/attempts.jsonl', 'w').close()"
    done = examined(f"{hide}; return sum(range(n))")
    assert done.failed is Outcome.CHEATING
    assert "10.0.0.1:25" in done.checks[-1].detail


def test_candidate_that_starts_a_program_is_unproven(examined):
    done = examined("os.system('true'); return sum(range(n))")
    assert done.failed is Outcome.UNPROVEN
    assert "tried to start sh -c true" in done.checks[-1].detail


def test_candidate_that_writes_over_its_own_source_while_the_tests_run_is_cheating(examined):
    done = examined("os.rename('work.py', 'w'); os.rename('w', 'work.py'); return sum(range(n))")
    assert done.failed is Outcome.CHEATING
    swap = (
        "text = open('work.py').read(); os.remove('work.py'); open('work.py', 'w').write(text + ' '); return sum(range(n))"
    )
    done = examined(swap)
    assert done.failed is Outcome.CHEATING
    assert done.checks[-1].rung == "origin"
    assert done.checks[-1].detail.startswith("work.py was written over while the tests ran")


def test_what_the_unchanged_code_tries_too_is_no_fault_of_the_candidate(subject_with):
    reaching = (
        "import socket\n\n\ndef total(n):\n    socket.socket().connect_ex(('127.0.0.1', 8080))\n    return sum(range(n))\n"
    )
    tests = "from work import total\n\n\ndef test_total():\n    assert total(3) == 3\n"
    subject = subject_with({"work.py": reaching, "test_work.py": tests})
    baseline = take_baseline(subject.target, subject.start)
    commit = subject.edit("work.py", "sum(range(n))", "n * (n - 1) // 2")
    assert examine(subject.target, subject.start, commit, baseline, ["work.py"]).failed is None
    forgotten = baseline.model_copy(update={"attempts": ()})
    assert examine(subject.target, subject.start, commit, forgotten, ["work.py"]).failed is None


# --- what a baseline needs


def test_tests_that_fail_for_want_of_the_network_or_a_file_are_told_with_the_option(subject_with):
    tests = (
        "import socket\n\n\ndef test_online():\n    socket.create_connection(('192.0.2.1', 80), 2)\n\n\n"
        "def test_key():\n    open('/home/ada/.config/key')\n\n\n"
        "def test_wrong():\n    assert 0\n\n\ndef test_right():\n    pass\n"
    )
    subject = subject_with({"test_work.py": tests})
    said = needs(take_baseline(subject.target, subject.start))
    assert len(said) == 2
    assert said[0].startswith("test_work.py::test_online fails: it tried to ")
    assert said[0].endswith("192.0.2.1:80; --allow-network lets it use the network")
    assert said[1] == (
        "test_work.py::test_key fails: it tried to open /home/ada/.config/key; "
        "--allow-read /home/ada/.config/key lets it read that"
    )


def attempt(what, kind=AttemptKind.NETWORK, act="connect to", node=""):
    return Attempt(kind=kind, act=act, what=what, node=node)


@pytest.mark.parametrize(
    ("known", "found", "same"),
    [
        ("127.0.0.1:40001", "127.0.0.1:52345", True),
        ("127.0.0.1:8080", "127.0.0.1:8081", False),
        ("127.0.0.1:10234", "127.0.0.1:29811", True),
        ("10.0.0.1:10234", "10.0.0.1:29811", False),
        ("the unix socket /tmp/pymp-zikdtpfa/listener-b", "the unix socket /tmp/app-aw3f/s", True),
        ("the unix socket /tmp/app/s", "the unix socket /run/docker.sock", False),
        ("tmp88nnuojl", "tmpq_1x9abc", True),
        ("10.0.0.1:80", "10.0.0.2:80", False),
        ("/home/a/tmpab12/x", "/home/a/tmpq9_z/x", True),
        ("/home/a/x", "/home/b/x", False),
        ("/proc/12/environ", "/proc/345/environ", True),
        ("/var/cache-0a1b2c3d4e5f", "/var/cache-ffffffff0000", True),
    ],
)
def test_what_differs_by_chance_is_the_same_attempt(known, found, same):
    assert beyond([attempt(known)], [attempt(found)]) == (() if same else (attempt(found),))


def test_attempt_is_new_once_whichever_test_makes_it():
    found = [attempt("a", node="one"), attempt("a", node="two"), attempt("b")]
    assert beyond([], found) == (found[0], found[2])
    assert sentence(found[:1]) == "tried to connect to a (in one)"


def test_work_in_other_programs_is_no_offence_by_itself():
    program = attempt("git", AttemptKind.START, "start")
    assert outcome_of([program]) is Outcome.UNPROVEN
    assert outcome_of([program, attempt("a")]) is Outcome.CHEATING


def test_what_cannot_be_read_is_no_attempt():
    rows = [["read", "open", "/x", ""], ["read", "open", "/x", ""], ["no kind", "a", "b", ""], ["read"], None, 7, "read"]
    assert parse_attempts(rows) == (attempt("/x", AttemptKind.READ, "open"),)
    assert remedy([]) == ""
