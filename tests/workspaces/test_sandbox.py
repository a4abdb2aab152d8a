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
from workspaces.sandbox import Mode, Room, Sandbox, find_sandbox

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
    assert says(make_room(sandbox), "[name for name in os.listdir('/proc') if name.isdigit()]") == ["1"]


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


def test_processes_are_limited_and_none_stays(sandbox: Sandbox, make_room: MakeRoom, marker: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("the limit counts all processes of a user: it is set only where target code has a user of its own")
    program = """
import os, sys, time
failures = 0
for _ in range(400):
    try:
        child = os.fork()
    except BlockingIOError:
        failures += 1
        continue
    if child == 0:
        time.sleep(300)
        os._exit(0)
print(failures)
"""
    finished = make_room(sandbox, limits=Limits(wall_seconds=60, processes=256)).run(["python", "-c", program, marker])
    assert finished.ok, finished.trouble
    assert int(finished.stdout) >= 400 - 256
    assert wait_until(lambda: not running(marker))


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
    with pytest.raises(OptimizeError, match=r"setting up uid map: Permission denied.*AppArmor"):
        find_sandbox(Mode.REQUIRE)


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
