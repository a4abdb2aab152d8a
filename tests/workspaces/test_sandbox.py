"""What target code can see, reach and change from inside a room."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces.conftest import NO_SANDBOX, WAIT_SECONDS, running, wait_until
from workspaces.errors import OptimizeError
from workspaces.interpreter import inspect
from workspaces.process import Limits
from workspaces.sandbox import Mode, Room, Sandbox, find_sandbox, in_force, summary

ROOT = Path(__file__).parents[2]
MakeRoom = Callable[..., Room]


def says(room: Room, expression: str, **more: Any) -> Any:  # Any: whatever JSON holds; keyword arguments of run
    """The value of a Python expression inside the room."""
    program = f"import json, os, pathlib, sys\nprint(json.dumps({expression}))"
    finished = room.run(["python", "-c", program], **more)
    assert finished.ok, finished.trouble
    return json.loads(finished.stdout)


def refusal(room: Room, statement: str) -> str:
    """The name of the error that a statement ends with inside the room; empty if it succeeds."""
    program = f"""
import os, pathlib, socket
try:
    {statement}
except OSError as error:
    print(type(error).__name__, end="")
"""
    finished = room.run(["python", "-c", program])
    assert finished.ok, finished.trouble
    return finished.stdout


# --- what it cannot reach


def test_a_server_on_our_loopback_cannot_be_reached(sandbox: Sandbox, make_room: MakeRoom) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address, WAIT_SECONDS):
            pass  # it does answer out here
        assert refusal(make_room(sandbox), f"socket.create_connection({address!r}, 5)")


def test_there_is_no_network_but_its_own_loopback(sandbox: Sandbox, make_room: MakeRoom) -> None:
    assert says(make_room(sandbox), "[name for _, name in __import__('socket').if_nameindex()]") == ["lo"]


def test_home_and_the_users_tree_are_not_there(sandbox: Sandbox, make_room: MakeRoom, tmp_path: Path) -> None:
    tree = tmp_path / "user" / "project"
    tree.mkdir(parents=True)
    (tree / "secret.txt").write_text("hunter2")
    room = make_room(sandbox)
    hidden = [str(tree), str(tree / "secret.txt"), str(tmp_path), "/run", "/var", "/etc/shadow", "/etc/ssh", "/boot"]
    assert says(room, f"[p for p in {hidden!r} if os.path.exists(p)]") == []
    # no more of home than the way to the interpreter
    allowed = {part for mount in room.interpreter.mounts for part in (mount, *mount.parents)}
    home = Path.home()
    seen = says(room, f"os.listdir({str(home)!r}) if os.path.exists({str(home)!r}) else []")
    assert isinstance(seen, list)
    assert {home / name for name in seen} <= allowed


def test_a_secret_of_our_environment_or_home_is_found_nowhere(
    sandbox: Sandbox, make_room: MakeRoom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hunter2")
    (tmp_path / "key.txt").write_text("sk-hunter2")
    program = """
import os
found = [name for name, value in os.environ.items() if "hunter2" in value]
for folder, _, files in os.walk("/proc"):
    for name in files:
        if name == "environ":
            try:
                found += [folder] * (b"hunter2" in open(os.path.join(folder, name), "rb").read())
            except OSError:
                pass
for top in ("/checkout", "/verispeed", "/tmp", "/etc", "/home"):
    for folder, _, files in os.walk(top):
        found += [folder + "/" + name for name in files if name == "key.txt"]
print(found)
"""
    finished = make_room(sandbox).run(["python", "-c", program])
    assert (finished.stdout, finished.code) == ("[]\n", 0)


def test_the_environment_holds_what_a_run_needs_and_nothing_else(confinement: Sandbox, make_room: MakeRoom) -> None:
    names = says(make_room(confinement), "sorted(os.environ)", environment={"ASKED_FOR": "1"})
    assert isinstance(names, list)
    assert {"ASKED_FOR", "HOME", "PATH", "PYTHONHASHSEED", "PYTHONPATH"} <= set(names)
    allowed = {"LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "PWD"}
    assert set(names) <= allowed | {"ASKED_FOR", "HOME", "PATH", "PYTHONHASHSEED", "PYTHONPATH"}


def test_target_code_is_not_root_and_cannot_become_it(sandbox: Sandbox, make_room: MakeRoom) -> None:
    room = make_room(sandbox)
    assert 0 not in says(room, "[*os.getresuid(), *os.getresgid()]")
    assert refusal(room, "os.setuid(0)") == "PermissionError"
    status = says(room, "[line for line in open('/proc/self/status') if line.startswith(('CapEff', 'CapPrm'))]")
    assert [int(line.split()[1], 16) for line in status] == [0, 0]


def test_processes_outside_are_not_seen(sandbox: Sandbox, make_room: MakeRoom) -> None:
    assert says(make_room(sandbox), "[name for name in os.listdir('/proc') if name.isdigit()]") == ["1", "2"]


# --- what it can change


def test_a_read_only_tree_stays_as_it_is(sandbox: Sandbox, make_room: MakeRoom) -> None:
    room = make_room(sandbox)
    before = (room.tree / "module.py").read_bytes()
    for statement in (
        "open('/checkout/module.py', 'w')",
        "open('/checkout/new.py', 'w')",
        "os.unlink('/checkout/module.py')",
        "os.chmod('/checkout/module.py', 0o777)",
    ):
        assert refusal(room, statement) in {"OSError", "PermissionError"}
    assert (room.tree / "module.py").read_bytes() == before
    assert [path.name for path in room.tree.iterdir()] == ["module.py"]


def test_a_writable_tree_can_be_written_to(confinement: Sandbox, make_room: MakeRoom) -> None:
    room = make_room(confinement, writable=True)
    assert refusal(room, "open('module.py', 'a').write('# more'); os.mkdir('new')") == ""
    assert (room.tree / "module.py").read_text().endswith("# more")
    assert (room.tree / "new").is_dir()


def test_results_come_back_to_us(confinement: Sandbox, make_room: MakeRoom) -> None:
    room = make_room(confinement)
    assert refusal(room, f"pathlib.Path({str(room.inside_results)!r}, 'output.json').write_text('[1]')") == ""
    assert (room.results / "output.json").read_text() == "[1]"


def test_system_interpreter_and_harness_cannot_be_written_to(sandbox: Sandbox, make_room: MakeRoom) -> None:
    room = make_room(sandbox)
    places = ["/usr", "/bin", "/etc", "/", "/verispeed", "/verispeed/harness", *map(str, room.interpreter.mounts)]
    for place in places:
        assert refusal(room, f"open({place + '/planted'!r}, 'w')") in {"OSError", "PermissionError"}, place


def test_tmp_is_private_and_gone_afterwards(sandbox: Sandbox, make_room: MakeRoom, marker: str) -> None:
    room = make_room(sandbox)
    assert refusal(room, f"open('/tmp/{marker}', 'w')") == ""
    assert not Path("/tmp", marker).exists()
    assert says(room, f"os.path.exists('/tmp/{marker}')") is False


def test_a_large_file_is_refused(confinement: Sandbox, make_room: MakeRoom) -> None:
    room = make_room(confinement, limits=Limits(wall_seconds=60, file_bytes=1 << 20))
    output = str(room.inside_results / "large")
    assert refusal(room, f"open({output!r}, 'wb').write(bytes(2 << 20))") == "OSError"
    assert (room.results / "large").stat().st_size <= 1 << 20


def test_cpu_time_has_no_limit_of_the_kernels_which_would_make_its_clock_coarse(
    confinement: Sandbox, make_room: MakeRoom
) -> None:
    """With RLIMIT_CPU set, Linux advances the clock of a process's CPU time at scheduler ticks only."""
    assert says(make_room(confinement), "__import__('resource').getrlimit(__import__('resource').RLIMIT_CPU)") == [-1, -1]


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_files_in_memory_are_limited(sandbox: Sandbox, make_room: MakeRoom, folder: str) -> None:
    room = make_room(sandbox, limits=Limits(wall_seconds=60, temporary_bytes=10 << 20))
    assert refusal(room, f"open('{folder}/small', 'wb').write(bytes(8 << 20))") == ""
    write = f"[open('{folder}/large%d' % number, 'wb').write(bytes(8 << 20)) for number in range(4)]"
    assert refusal(room, write) == "OSError"


def test_ten_gigabytes_at_once_are_refused_and_reserving_them_is_not(confinement: Sandbox, make_room: MakeRoom) -> None:
    room = make_room(confinement, limits=Limits(wall_seconds=60, memory_bytes=300 << 20))
    finished = room.run(["python", "-c", "kept = bytearray(10 << 30)"])
    assert "MemoryError" in finished.trouble
    # as numba, Java and Go do
    reserve = "import mmap; mmap.mmap(-1, 10 << 30, flags=mmap.MAP_PRIVATE | 0x4000, prot=mmap.PROT_READ)"
    finished = room.run(["python", "-c", reserve])
    assert finished.ok, finished.trouble


def test_too_many_processes_end_the_run_and_none_stays(confinement: Sandbox, make_room: MakeRoom, marker: str) -> None:
    program = """
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(10)
        os._exit(0)
time.sleep(10)
"""
    finished = make_room(confinement, limits=Limits(wall_seconds=60, processes=50)).run(["python", "-c", program, marker])
    assert (finished.code, finished.limit) == (None, "processes")
    assert "its limit is 50" in finished.trouble
    assert wait_until(lambda: not running(marker))


def test_the_kernel_holds_a_limit_of_processes_too(sandbox: Sandbox, make_room: MakeRoom) -> None:
    room = make_room(sandbox, limits=Limits(wall_seconds=60, processes=50))
    assert 200 <= says(room, "__import__('resource').getrlimit(__import__('resource').RLIMIT_NPROC)[1]") < 100_000
    # it would mean nothing to root
    assert (
        refusal(room, "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (0, 0)); os.fork()") == "BlockingIOError"
    )


# --- what stays the same


def test_two_trees_are_seen_at_the_same_path(sandbox: Sandbox, make_room: MakeRoom) -> None:
    expression = "[os.getcwd(), __import__('module').__file__, __import__('module').NAME, sys.path]"
    rooms = [make_room(sandbox, name=name, source_roots=("",)) for name in ("baseline", "candidate")]
    baseline, candidate = (says(room, expression) for room in rooms)
    assert baseline[:2] == candidate[:2] == ["/checkout", "/checkout/module.py"]
    assert (baseline[2], candidate[2]) == ("baseline", "candidate")
    assert baseline[3] == candidate[3]


def test_source_roots_come_before_the_overlay_and_the_subfolder_is_current(
    confinement: Sandbox, make_room: MakeRoom, tmp_path: Path
) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "module.py").write_text("NAME = 'overlay'")
    (overlay / "plugin.py").write_text("NAME = 'plugin'")
    (tmp_path / "tree" / "part").mkdir(parents=True)
    room = make_room(confinement, overlay=overlay, subfolder="part", source_roots=("",))
    assert says(room, "[__import__('module').NAME, __import__('plugin').NAME]") == ["tree", "plugin"]
    assert says(room, "os.getcwd()") == str(room.inside_tree / "part")


@pytest.mark.parametrize("name", ["with space", "grün-日本"])
def test_trees_with_any_name_work(confinement: Sandbox, make_room: MakeRoom, name: str) -> None:
    assert says(make_room(confinement, name=name, source_roots=("",)), "__import__('module').NAME") == name


def test_an_interpreter_in_a_hidden_home_works(sandbox: Sandbox, make_room: MakeRoom, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret.txt").write_text("hunter2")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home / "venvs" / "one"], check=True)
    home.chmod(0o700)
    python = inspect(home / "venvs" / "one" / "bin" / "python", "test", tmp_path / "project", dict(os.environ))
    room = make_room(sandbox, interpreter=python)
    assert says(room, "sys.prefix") == str(home / "venvs" / "one")
    assert says(room, f"os.listdir({str(home)!r})") == ["venvs"]


def test_an_interpreter_linked_from_a_folder_of_home_does_not_bring_that_folder_along(
    sandbox: Sandbox, make_room: MakeRoom, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    (home / "secret.txt").write_text("hunter2")
    (home / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    python = inspect(home / "bin" / "python", "--python", tmp_path / "project", dict(os.environ))
    assert not any((home / "secret.txt").is_relative_to(mount) for mount in python.mounts)
    room = make_room(sandbox, interpreter=python)
    assert says(room, "sys.version_info[:2]") == list(sys.version_info[:2])
    assert says(room, f"os.path.exists({str(home / 'secret.txt')!r})") is False


# --- what the user asked for


def test_require_without_bubblewrap_stops_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OptimizeError, match=r"No sandbox: bubblewrap is not installed .*apt install bubblewrap"):
        find_sandbox(Mode.REQUIRE)


def test_a_bubblewrap_that_does_not_work_stops_require_with_what_it_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OptimizeError, match=r"setting up uid map: Permission denied.*AppArmor profile"):
        find_sandbox(Mode.REQUIRE)


def test_auto_with_a_bubblewrap_that_does_not_work_goes_on_with_limits_and_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_room: MakeRoom
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = find_sandbox(Mode.AUTO)
    assert (found.name, "\n" in found.notice) == ("none", False)
    assert "NO SANDBOX: bubblewrap does not work here (bwrap: setting up uid map: Permission denied)." in found.notice
    assert "AppArmor profile" in found.notice
    assert "`No sandbox?`" in found.notice
    room = make_room(found, limits=Limits(wall_seconds=1))
    assert room.run(["python", "-c", "while True: pass"]).limit == "wall"


def test_auto_without_bubblewrap_says_that_nothing_confines_the_target(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_sandbox(Mode.AUTO)
    assert (found.bubblewrap, found.name) == (None, "none")
    assert "NO SANDBOX" in found.notice
    assert "runs as you" in found.notice


def test_off_says_that_it_is_off() -> None:
    found = find_sandbox(Mode.OFF)
    assert (found.bubblewrap, found.name) == (None, "none")
    assert "sandbox off, as asked" in found.notice


def test_bubblewrap_is_named_where_it_works(sandbox: Sandbox) -> None:
    assert sandbox.name == "bubblewrap"
    assert find_sandbox(Mode.REQUIRE) == sandbox


def test_without_a_sandbox_limits_and_a_scrubbed_environment_remain(
    make_room: MakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hunter2")
    room = make_room(NO_SANDBOX)
    assert "OPENAI_API_KEY" not in says(room, "dict(os.environ)")
    assert room.run(["python", "-c", "while True: pass"], wall_seconds=0.5).limit == "wall"


# --- what the user allows besides


def test_an_allowed_path_is_readable_at_its_own_place_and_cannot_be_written_to(
    sandbox: Sandbox, make_room: MakeRoom, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (shared / "data.txt").write_text("for all")
    (tmp_path / "secret.txt").write_text("hunter2")
    allowed = find_sandbox(Mode.REQUIRE, readable=[str(shared)], home=tmp_path / "nobody")
    assert f"{shared} READABLE" in allowed.notice
    room = make_room(allowed)
    assert says(room, f"open({str(shared / 'data.txt')!r}).read()") == "for all"
    assert says(room, f"os.path.exists({str(tmp_path / 'secret.txt')!r})") is False
    assert says(room, "os.environ['HOME']") == "/tmp"
    assert refusal(room, f"open({str(shared / 'planted')!r}, 'w')") in {"OSError", "PermissionError"}
    assert refusal(make_room(sandbox), f"open({str(shared / 'data.txt')!r})") == "FileNotFoundError"


def test_home_is_the_users_where_something_in_it_is_allowed_and_else_empty(
    sandbox: Sandbox, make_room: MakeRoom, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / ".cache" / "models").mkdir(parents=True)
    (home / ".cache" / "models" / "one").write_text("weights")
    (home / ".netrc").write_text("hunter2")
    room = make_room(find_sandbox(Mode.REQUIRE, readable=[str(home / ".cache" / "models")], home=home))
    assert says(room, "os.path.expanduser('~')") == str(home)
    assert says(room, "open(os.path.expanduser('~/.cache/models/one')).read()") == "weights"
    assert says(room, "os.listdir(os.path.expanduser('~'))") == [".cache"]
    assert refusal(room, "open(os.path.expanduser('~/new'), 'w')") == ""
    assert not (home / "new").exists()


@pytest.mark.parametrize("name", ["/", "/proc/1", "/tmp", "relative", "/no/such/place"])
def test_a_path_that_cannot_be_allowed_is_refused(name: str) -> None:
    with pytest.raises(OptimizeError, match=f"--allow-read {name}"):
        find_sandbox(Mode.AUTO, readable=[name])


def test_the_allowed_network_reaches_our_loopback_and_is_named(sandbox: Sandbox, make_room: MakeRoom) -> None:
    allowed = find_sandbox(Mode.REQUIRE, network=True)
    assert "NETWORK ALLOWED" in allowed.notice
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert refusal(make_room(allowed), f"socket.create_connection({server.getsockname()!r}, 5)") == ""
    assert says(make_room(allowed), "open('/etc/nsswitch.conf').read()").endswith("hosts: files dns\n")


def test_what_is_in_force_is_written_down(sandbox: Sandbox) -> None:
    limits = Limits(wall_seconds=60)
    found = in_force(sandbox, limits)
    assert (found["kind"], found["network"], found["readable"], found["uid"]) == ("bubblewrap", False, [], 54321)
    assert found["limits"]["memory_bytes"] == 4 * 1024**3
    assert summary(sandbox, limits).endswith(
        "unprivileged user; at most 60 s, 4 GiB of memory, 256 processes, 512 MiB a file, 4 GiB written, 2 MB printed"
    )
    assert in_force(NO_SANDBOX, limits)["readable"] == ["/"]


# --- an ordinary user, and systems that forbid user namespaces


ORDINARY = """
import json, os, sys
from pathlib import Path
from workspaces.interpreter import inspect
from workspaces.process import Limits
from workspaces.sandbox import Mode, Room, find_sandbox
folder = Path(sys.argv[1])
for name in ("tree", "results", "harness"):
    (folder / name).mkdir()
python = inspect(Path(sys.executable), "driver", folder / "tree", dict(os.environ))
found = find_sandbox(Mode(sys.argv[2]))
room = Room(found, python, folder / "tree", folder / "results", folder / "harness", limits=Limits(wall_seconds=30))
finished = room.run(["python", "-c", sys.argv[3]])
print(json.dumps([found.name, found.notice, os.geteuid(), finished.stdout, finished.trouble]))
"""


def as_ordinary_user(mode: str, program: str, prefix: tuple[str, ...] = (), **environment: str) -> list[Any]:  # Any: JSON
    """What ORDINARY prints when run by a user that is not root, with our interpreter and sources within reach."""
    bubblewrap = find_sandbox(Mode.AUTO).bubblewrap
    if os.geteuid() != 0 or bubblewrap is None:
        pytest.skip("needs root, to become an ordinary user; without root all other tests are run by one")
    reachable = [Path(sys.base_prefix).resolve(), Path(sys.prefix).absolute(), ROOT]
    mounts = ["--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", "/root", "--perms", "1777", "--tmpfs", "/tmp"]
    for path in reachable:
        for folder in reversed(path.parents):
            if folder.parts[1:2] in [("root",), ("tmp",)] and len(folder.parts) > 2:
                mounts += ["--perms", "0755", "--dir", str(folder)]
        mounts += ["--ro-bind", str(path), str(path)]
    user = ["setpriv", "--reuid", "54399", "--regid", "54399", "--clear-groups", *prefix]
    script = [
        "/bin/sh",
        "-c",
        'mkdir /tmp/own && exec "$@"',
        "sh",
        sys.executable,
        "-c",
        ORDINARY,
        "/tmp/own",
        mode,
        program,
    ]
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run(
        [bubblewrap, *mounts, *user, *script], env=variables, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def test_an_ordinary_user_gets_the_same_sandbox() -> None:
    program = (
        "import getpass, os, socket; print(os.getuid(), getpass.getuser(), os.listdir('/checkout'), "
        "[name for name in os.listdir('/proc') if name.isdigit()], socket.if_nameindex(), "
        "'Seccomp:\\t2' in open('/proc/self/status').read())"
    )
    kind, _, uid, printed, trouble = as_ordinary_user("require", program)
    assert (kind, uid) == ("bubblewrap", 54399), trouble
    assert printed == "54321 target [] ['1', '2'] [(1, 'lo')] True\n"


def test_where_the_kernel_refuses_user_namespaces_limits_remain_and_the_remedy_is_named() -> None:
    none_allowed = ("unshare", "--user", "--map-root-user", "sh", "-c")
    within = 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all "$@"'
    kind, notice, _, printed, trouble = as_ordinary_user("auto", "print(1)", (*none_allowed, within, "sh"))
    assert (kind, printed) == ("none", "1\n"), trouble
    assert "NO SANDBOX: bubblewrap does not work here" in notice
    assert "sysctl user.max_user_namespaces" in notice


def test_without_a_sandbox_the_environment_of_our_process_is_closed_to_target_code() -> None:
    program = """
import os
parents, process = [], os.getpid()
while process > 1:
    process = int(open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[1])
    try:
        parents.append(b"hunter2" in open(f"/proc/{process}/environ", "rb").read())
    except OSError as error:
        parents.append(type(error).__name__)
print(parents[:2])
"""
    _, _, _, printed, trouble = as_ordinary_user("off", program, OPENAI_API_KEY="sk-hunter2")
    assert printed == "[False, 'PermissionError']\n", trouble  # the launcher, whose environment is scrubbed, and we
