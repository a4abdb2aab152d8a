"""What an edit newly mentions that ordinary faster code has no use for: the harness, the process, other processes.

A scan of the text: it refuses what it can see, and says nothing about what is hidden well.
"""

# ruff: noqa: N802  visit_Name and the like are named by ast

from __future__ import annotations

import ast
import re
from collections import Counter

from tools.syntax import ScopeVisitor, origin, parsed, words

ELSEWHERE = "work in other processes or threads is not measured yet"
OUTSIDE = "what is kept or read outside the process is not judged yet"

# "gc" is the module with all that is in it, "os.fork*" all names that start so
HARNESS = words(
    "__main__ gc inspect ctypes _ctypes signal atexit importlib imp runpy builtins site sitecustomize faulthandler "
    "pytest _pytest pluggy coverage tracemalloc weakref.finalize sys._* sys.modules sys.argv sys.orig_argv sys.set* "
    "sys.gettrace sys.getprofile sys.monitoring sys.path sys.path_hooks sys.meta_path sys.exit sys.flags sys.addaudithook "
    "os.environ* os.getenv* os.putenv os.unsetenv os._* os.kill* os.abort os.sched_* os.exec* os.getp* os.nice os.setp* "
    "os.dup* os.register_at_fork os.pipe* os.read os.write os.close* time.pthread_* resource posix nt io.FileIO _io "
    "_signal pkgutil pydoc unittest.mock timeit cProfile profile code codeop trace bdb pdb doctest logging.config "
    "string.Formatter typing.get_type_hints typing.ForwardRef"
)
PARALLEL = words(
    "multiprocessing threading _thread concurrent.futures subprocess _posixsubprocess joblib pty "
    "os.fork* os.spawn* os.posix_spawn* os.system os.popen"
)
KEPT = words("socket shelve tempfile sqlite3 dbm mmap")
IMPORTED = {"asyncio": ELSEWHERE, "pickle": OUTSIDE, "marshal": OUTSIDE}  # more use of what is already imported is fine
REACHABLE = ("os", "sys", "time", "builtins", "gc")  # other modules have them as attributes: os.sys, functools._thread
BUILTINS = ("eval", "exec", "compile", "__import__", "globals", "breakpoint", "__builtins__", "__loader__", "__spec__")
INNARDS = words(
    "f_back f_globals f_locals f_builtins f_code tb_frame gi_frame cr_frame ag_frame __traceback__ __globals__ __builtins__ "
    "__subclasses__ __getattribute__ __code__ __defaults__ __kwdefaults__ __closure__ __loader__ __spec__ __del__"
)
NAMED = {*INNARDS, "__import__", "__builtins__", "_getframe"}  # where a text spells it, it is meant to be looked up
FRAMES = ("inspect", "f_back", "f_code")  # who walked frames before may do it another way
PATHS = {"/proc": "", "/verispeed": "", "/tmp": OUTSIDE}  # noqa: S108  looked for, not written to
OPENING = ("open", "read_text", "read_bytes", "write_text", "write_bytes")


def suspicions(old: bytes, new: bytes) -> tuple[str, ...]:
    """One sentence for each thing that the new text mentions and the old one did not, or less often.

    Empty where our Python cannot read one of the two.
    """
    before, after = _scanned(old), _scanned(new)
    if before is None or after is None:
        return ()
    walked = any(f"newly uses {name}" in before.mentions for name in (*FRAMES, "sys._getframe"))
    excused = FRAMES if walked else ()
    found = [one for one in after.mentions - before.mentions if one.removeprefix("newly uses ") not in excused]
    opening = [name for name in after.opening if name not in before.opening]
    files = [f"newly uses open in {name or 'the module itself'}: {OUTSIDE}" for name in opening]
    return tuple(sorted([*found, *files], key=lambda sentence: not is_cheating(sentence)))


def is_cheating(sentence: str) -> bool:
    """True for suspicions that touch the harness or the process, False for what is only not judged yet."""
    return not sentence.endswith((ELSEWHERE, OUTSIDE))


def _scanned(source: bytes) -> _Scan | None:
    tree = parsed(source)
    if tree is None:
        return None
    scan = _Scan(tree)
    try:
        scan.visit(tree)
    except RecursionError:
        return None
    return scan


class _Scan(ScopeVisitor):
    def __init__(self, tree: ast.Module) -> None:
        super().__init__(tree)
        self.mentions: Counter[str] = Counter()
        self.opening: dict[str, bool] = {}  # functions that open files

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.mentions[f"newly imports everything from {node.module or 'its package'}"] += 1
            self._import(f"{origin(node)}.{alias.name}")

    def visit_Name(self, node: ast.Name) -> None:
        stands_for = self.dotted(node)
        if stands_for is not None:
            self._use(stands_for)
        elif node.id in BUILTINS and node.id not in self.imports:
            self.mentions[f"newly uses {node.id}"] += 1
        elif node.id == "open":
            self.opening[self.qualified] = True
        elif node.id == "getattr" and not self.is_local(node.id):
            self.mentions["newly hands on getattr"] += 1

    def visit_Attribute(self, node: ast.Attribute) -> None:
        stands_for = self.dotted(node)
        if node.attr in INNARDS or (node.attr == "__dict__" and stands_for is not None):
            self.mentions[f"newly uses {node.attr}"] += 1
        if node.attr in OPENING:
            self.opening[self.qualified] = True
        if stands_for is None:
            self.visit(node.value)
            return
        if not isinstance(node.ctx, ast.Load):
            self.mentions[f"newly patches {stands_for}"] += 1
        self._use(stands_for)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        stands_for = self.dotted(node.value)
        if stands_for is not None and not isinstance(node.ctx, ast.Load):
            self.mentions[f"newly patches {stands_for}"] += 1
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        about = self.dotted(node.args[0]) if node.args else None
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if about is not None and called in ("setattr", "delattr"):
            self.mentions[f"newly patches {about}"] += 1
        if called in ("vars", "locals") and not node.args and not self.is_local(called) and not self.qualified:
            self.mentions[f"newly uses {called} of the module"] += 1  # as good as globals
        if about is not None and called == "vars":
            self.mentions[f"newly uses __dict__ of {about}"] += 1
        if about is not None and called == "getattr" and len(node.args) > 1:
            self._look_up(about, node.args[1])
        if self.dotted(node.func) == "operator.attrgetter":
            for name in node.args:
                self._look_up("what it is given", name)
        if self.dotted(node.func) == "operator.methodcaller" and node.args:
            self._look_up("what it is given", node.args[0])
        if called == "getattr":
            for part in (*node.args, *node.keywords):
                self.visit(part)
        else:
            self.generic_visit(node)

    def _look_up(self, about: str, name: ast.expr) -> None:
        """`getattr` of something imported: a name that is put together can be any."""
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            self._use(f"{about}.{name.value}")
        elif about not in ("operator", "math", "string"):
            self.mentions[f"newly looks up a computed name in {about}"] += 1

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in INNARDS or node.name.startswith("pytest_"):
            self.mentions[f"newly defines {node.name}"] += 1
        super().visit_FunctionDef(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            if name in INNARDS:
                self.mentions[f"newly uses {name}"] += 1
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if not isinstance(text, str):
            return
        if text == "__main__":
            self.mentions["newly uses __main__"] += 1
        hidden = next((word for word in re.findall(r"\w+", text) if word in NAMED), None) if " " not in text else None
        if hidden is not None:
            self.mentions[f"newly names {hidden} in a text"] += 1
        for path, reason in PATHS.items():
            if text.strip().startswith(path):
                self.mentions[_sentence(text.strip()[:60], reason)] += 1

    def _import(self, name: str) -> None:
        module = name.split(".")[0]
        if module in IMPORTED:
            self.mentions[_sentence(module, IMPORTED[module])] += 1
        self._judge(name)

    def _use(self, name: str) -> None:
        inner = name.rpartition(".")[2].lstrip("_")
        if name in REACHABLE or (inner in REACHABLE and inner != "time"):  # datetime.time is a class
            self.mentions[f"newly hands on {name}"] += 1  # from here on nobody can see what is taken from it
        self._judge(name)

    def _judge(self, name: str) -> None:
        for rules, reason in ((HARNESS, ""), (PARALLEL, ELSEWHERE), (KEPT, OUTSIDE)):
            for seen in _readings(name):
                rule = next((rule for rule in rules if _matches(seen, rule)), None)
                if rule is not None:
                    mentioned = ".".join(seen.split(".")[: rule.count(".") + 1])
                    self.mentions[_sentence(mentioned, reason)] += 1
                    return


def _readings(name: str) -> list[str]:
    """The name itself, and what it ends in if it reaches a well-known module through another one: `os.sys.modules`."""
    parts = name.split(".")
    inner = [index for index in range(1, len(parts)) if parts[index].lstrip("_") in REACHABLE]
    return [name, *(".".join([parts[index].lstrip("_"), *parts[index + 1 :]]) for index in inner)]


def _matches(name: str, rule: str) -> bool:
    if rule.endswith("*"):
        return name.startswith(rule[:-1])
    return name == rule or name.startswith(rule + ".")


def _sentence(mentioned: str, reason: str) -> str:
    return f"newly uses {mentioned}: {reason}" if reason else f"newly uses {mentioned}"
