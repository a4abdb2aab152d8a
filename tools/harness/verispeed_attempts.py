"""Names what a process tries outside its own work: files elsewhere, the network, other programs, signals.

Each new attempt is written down at once, as one line of JSON, so that it is known of a process that is killed. Attempts
are named, not hindered: that is the sandbox's business. What the unchanged code tries too is nothing new: whoever reads the
lines compares. Calls that go past Python (a C library's own, a system call by number) are not seen here. Standard
library, Python 3.9 syntax. What is used is taken when this is imported, before any code of the target runs.
"""

import os as shared_os
import posixpath
import re
import sys
from importlib.util import module_from_spec
from json.encoder import encode_basestring_ascii as quoted
from types import ModuleType

# modules of our own: what the target puts into the ones that all share is not asked where a path leads
os = ModuleType("os")
os.__dict__.update(shared_os.__dict__)
os.path = module_from_spec(posixpath.__spec__)
posixpath.__spec__.loader.exec_module(os.path)
os.path.os = os

MOST, MOST_LINES, LONGEST = (
    200,
    2000,
    300,
)  # different attempts, all of them with the tests that made them, characters of each
MOST_HARMLESS = 20_000  # paths that need not be looked at again
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/dev", "/sys", "/nix", "/opt")
SECRET = re.compile(r"/etc/(shadow|gshadow|sudoers|ssh|ssl/private|krb5\.keytab|security)")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/shm", "/dev/fd")
PROCESS = re.compile(r"/proc/(\d+)(/|$)")
TEMPORARY = re.compile(r"\.?tmp|pytest-|pymp-|scalene|\.X")  # beginnings of names that a program makes itself
PYTHON, SHELLS = re.compile(r"(python|pypy)[\d.]*$"), ("sh", "bash", "dash")


class Attempts:
    """The attempts of this process and of those that it forks; `node` is the test that runs now."""

    def __init__(self, file, tree, own, readable):
        """`file` takes the lines; `tree` is the checkout, `own` what the target may change besides, `readable` only read."""
        self.node = ""
        self.found = []  # told with the result too: what is taken out of the file is missed
        self.known = set()
        self.things = set()
        self.harmless = set()
        self.output = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL, 0o600)
        self.tree = tree
        self.home = os.path.realpath(os.path.expanduser("~"))
        self.temporary = os.path.realpath(os.environ.get("TMPDIR") or "/tmp")
        written = [tree, self.temporary, self.home, *own]
        prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(os.path.isabs, sys.path)]
        self.writable = ends(*written, *DEVICES)
        self.readable = ends(*written, *readable, *prefixes, *SYSTEM, os.path.dirname(os.path.abspath(__file__)))

    def watch(self):
        """From here on, for as long as the process lives: a hook cannot be taken out again."""
        handlers = {
            "open": self.opened,
            "sqlite3.connect": lambda name, *_: self.file("open", name, True),
            "os.listdir": lambda path=None, *_: self.file("list", path, False),
            "os.scandir": lambda path=None, *_: self.file("list", path, False),
            "os.mkdir": lambda path, mode=0, folder=-1: self.file("make", path, True, folder),
            "os.remove": lambda path, folder=-1: self.file("remove", path, True, folder),
            "os.rmdir": lambda path, folder=-1: self.file("remove", path, True, folder),
            "os.rename": self.renamed,
            "os.link": self.renamed,
            "os.symlink": self.linked,
            "os.truncate": lambda path, *_: self.file("shorten", path, True),
            "os.chmod": lambda path, mode=0, folder=-1: self.file("change the mode of", path, True, folder),
            "os.chown": lambda path, user=0, group=0, folder=-1: self.file("change the owner of", path, True, folder),
            "socket.connect": lambda _, address: self.tell("network", "connect to", place(address)),
            "socket.bind": lambda _, address: self.tell("network", "listen on", place(address)),
            "socket.sendto": lambda _, address: self.tell("network", "send to", place(address)),
            "socket.sendmsg": lambda _, address: address and self.tell("network", "send to", place(address)),
            "socket.getaddrinfo": lambda host, port, *_: self.tell("network", "look up", place((host, port))),
            "socket.gethostbyname": lambda host: self.tell("network", "look up", place((host, None))),
            "socket.gethostbyaddr": lambda host: self.tell("network", "look up", place((host, None))),
            "subprocess.Popen": lambda program, words, *_: self.started(program, words),
            "os.exec": lambda program, words, *_: self.started(program, words),
            "os.posix_spawn": lambda program, words, *_: self.started(program, words),
            "os.spawn": lambda mode, program, words, *_: self.started(program, words),
            "os.system": lambda command: self.started("sh", ["sh", "-c", command]),
            "pty.spawn": lambda words: self.started(None, words),
            "os.fork": lambda: self.tell("start", "start", "a copy of itself"),
            "os.forkpty": lambda: self.tell("start", "start", "a copy of itself"),
            "os.kill": lambda process, number: self.killed(process, number),
            "os.killpg": lambda group, number: self.killed(group, number),
            "ctypes.dlopen": self.loaded,
        }

        def hook(event, arguments, get=handlers.get):
            handler = get(event)
            if handler is not None:
                try:
                    handler(*arguments)
                except Exception:  # an odd argument: the call itself says what is wrong with it
                    return

        sys.addaudithook(hook)

    def opened(self, path, mode, flags):
        """Whatever opens a file."""
        if not isinstance(path, int):
            writing = bool(flags & WRITING) if isinstance(flags, int) else bool(set(mode or "") & set("wax+"))
            self.file("open", path, writing)

    def file(self, act, path, writing, folder=-1):
        """A file or folder that is looked into (`writing` false) or changed."""
        if isinstance(path, int) or folder not in (-1, None):
            return  # opened before, or found from a folder that was
        name = os.path.join(os.getcwd(), os.fsdecode(path if path is not None else "."))
        if (name, writing) in self.harmless:
            return
        full = os.path.realpath(name)
        shown = self.shown(full) or (None if self.allowed(full, writing) else full)
        if shown is not None:
            act = "open for writing" if writing and act == "open" else act
            self.tell("write" if writing else "read", act, shown)
        elif len(self.harmless) < MOST_HARMLESS and os.path.lexists(full):
            self.harmless.add((name, writing))

    def shown(self, full):
        """How a file is called that lies where the target may look, and is still nothing of its own; None for others."""
        if (full + "/").startswith(self.tree + "/.git/"):
            return "the checkout's " + full[len(self.tree) + 1 :]
        if SECRET.match(full):
            return full
        inside = full.startswith(self.home + "/") and not self.in_checkout(full)
        below = full[len(self.home) + 1 :]
        if inside and not os.path.lexists(full) and not TEMPORARY.match(below):
            # where both are one folder, what is hidden is meant to lie in the user's home
            return "~/" + below if self.home != self.temporary or below.startswith(".") else None
        return None

    def allowed(self, full, writing):
        """True for the checkout, temporary folders, the interpreter, the system and the process's own state."""
        if (full + "/").startswith(self.writable if writing else self.readable):
            return not (writing and full.endswith(".py") and self.in_checkout(full) and os.path.isfile(full))
        process = PROCESS.match(full)
        if process:
            return int(process.group(1)) == os.getpid() or is_child(int(process.group(1)))
        return full == "/" or (full.startswith("/proc") and not writing)

    def in_checkout(self, full):
        """True for what lies below the root of the tree."""
        return full.startswith(self.tree + "/")

    def renamed(self, old, new, old_folder=-1, new_folder=-1):
        """Both ends of a rename or a hard link."""
        self.file("move or link", old, True, old_folder)
        self.file("move or link", new, True, new_folder)

    def linked(self, to, path, folder=-1):
        """A symbolic link is made; what counts is where it leads."""
        self.file("make", path, True, folder)
        start = os.path.dirname(os.path.join(os.getcwd(), os.fsdecode(path)))
        full = os.path.realpath(os.path.join(start, os.fsdecode(to)))
        if SECRET.match(full) or not self.allowed(full, False):
            self.tell("link", "make a symbolic link to", full)

    def started(self, program, words):
        """Another program; only its name counts, and what a shell is told."""
        words = [os.fsdecode(word) for word in ([words] if isinstance(words, (str, bytes)) else words or [])]
        name = os.fsdecode(program) if program else (words or ["?"])[0]
        base = os.path.basename(name)
        if name == sys.executable or PYTHON.match(base):
            base = "Python"
        if base in SHELLS and words[1:2] == ["-c"] and words[2:]:
            base += " -c " + (words[2].split() or [""])[0]
        self.tell("start", "start", base)

    def killed(self, process, number):
        """A signal to somebody who is neither this process nor a child of it."""
        everybody = {0: "its whole group", -1: "every process"}
        if process == os.getpid() or (process > 1 and is_child(process)):
            return
        named = everybody.get(process, "its parent" if process == os.getppid() else "process %d" % process)
        self.tell("signal", "send signal %d to" % number, named)

    def loaded(self, name, *_):
        """A library that is loaded past Python's own imports."""
        if name is None:
            return
        name = os.fsdecode(name)
        if not os.path.isabs(name) or not self.allowed(os.path.realpath(name), False):
            self.tell("library", "load", name)

    def tell(self, kind, act, what):
        """Write it down, once."""
        thing, node = (kind, act, what[:LONGEST]), self.node[:LONGEST]
        if (node, thing) in self.known or len(self.things) > MOST or len(self.known) > MOST_LINES:
            return
        self.known.add((node, thing))
        self.things.add(thing)
        if len(self.things) > MOST:
            thing = "many", "do", "more than %d different things outside its own work" % MOST
        line = [*thing, node]
        self.found.append(line)
        os.write(self.output, ("[%s]\n" % ", ".join(map(quoted, line))).encode())


def ends(*folders):
    """Beginnings of all paths in the folders, links resolved or not."""
    both = {place for folder in folders if folder for place in (os.path.abspath(folder), os.path.realpath(folder))}
    return tuple(folder.rstrip("/") + "/" for folder in both if folder != "/")


def place(address):
    """An address as people write it."""
    if isinstance(address, (tuple, list)):
        host, port = plain(address[0]) or "this machine", plain(address[1])
        return host if port in ("", "0") else "%s:%s" % (host, port)
    return "the unix socket " + (plain(address).replace("\0", "@") or "without a name")


def plain(part):
    """A part of an address as text."""
    return "" if part is None else os.fsdecode(part) if isinstance(part, bytes) else str(part)


def is_child(process):
    """True for a process that this one started and has not buried."""
    try:
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except (OSError, AttributeError):
        return False
    return True
