"""What an edit newly imports, and whether that is there and declared: a faster line must not bring a dependency.

The target's interpreter is asked, in the sandbox and with the unchanged tree: to find a module may run the packages around.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from tools.declared import declared_dependencies
from tools.rooms import HarnessFailed, Target
from tools.syntax import imported, parsed
from workspaces.building import declared_name
from workspaces.installing import normalised

LOOKING_SECONDS = 60.0
FOR_CHECKERS = "TYPE_CHECKING"
# run by the target's interpreter: where modules would come from, who installed them, and what the project itself requires
ASK = r"""
import json, os, re, sys
from importlib import metadata
from importlib.util import find_spec

with open(sys.argv[1], encoding="utf-8") as file:
    asked = json.load(file)
standard = getattr(sys, "stdlib_module_names", None)
if standard is None:  # Python 3.9
    import sysconfig
    library = sysconfig.get_path("stdlib")
    folders = [one for one in (library, os.path.join(library, "lib-dynload")) if os.path.isdir(one)]
    inside = [entry.partition(".")[0] for one in folders for entry in os.listdir(one) if not entry.endswith("-packages")]
    standard = {*sys.builtin_module_names, *inside}
providers, requires = {}, []
for distribution in metadata.distributions():
    name = re.sub("[-_.]+", "-", distribution.metadata["Name"] or "").lower()
    tops = {str(path).replace(os.sep, "/").partition("/")[0].partition(".")[0] for path in distribution.files or ()}
    tops.update((distribution.read_text("top_level.txt") or "").split())
    for top in tops:
        providers.setdefault(top, []).append(name)
    if name == asked["project"] or (asked["project"] is None and tops.intersection(asked["own"])):
        requires += distribution.requires or []
sys.path[:0] = asked["sources"]
modules = {}
for module in asked["modules"]:
    try:
        spec = find_spec(module)
    except Exception:
        spec = None
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec else []
    top = module.partition(".")[0]
    modules[module] = {
        "there": spec is not None,
        "own": any(str(place).startswith(asked["tree"] + os.sep) for place in places),
        "standard": top in standard,
        "providers": providers.get(top, []),
    }
with open(asked["output"], "w", encoding="utf-8") as file:
    json.dump({"modules": modules, "requires": requires}, file)
"""

Text = tuple[str, bytes, bytes]  # path, what stood there before (nothing for a new file), what stands there now


class Imported(NamedTuple):
    """A module by its absolute name or, where it is imported relatively, by its place in the tree without ending."""

    name: str
    relative: bool

    @property
    def top(self) -> str:
        """Name of the outermost package."""
        return self.name.partition(".")[0]


class _Module(BaseModel):
    """What the target's interpreter says of a module."""

    there: bool
    own: bool  # it comes from the tree
    standard: bool
    providers: list[str]  # distributions that installed something of that outermost name


class _Answer(BaseModel):
    modules: dict[str, _Module]
    requires: list[str]


def new_imports(path: str, old: bytes, new: bytes) -> tuple[Imported, ...]:
    """What the new text imports anywhere, guarded or not, and the old one did not; nothing where we cannot read it.

    What stands below `if TYPE_CHECKING:` is for type checkers and does not count.
    """
    known = set(_imports(path, old))
    return tuple(one for one in dict.fromkeys(_imports(path, new)) if one not in known)


def unwelcome_imports(target: Target, base: str, texts: Sequence[Text], *, allow_new: bool = False) -> tuple[str, ...]:
    """One sentence for each newly imported module that does not exist, or that the project does not declare.

    Declared is what the project needs to run. An extra's packages may be imported more of where a file imports them already.
    `allow_new`: what exists may be imported. Raises HarnessFailed where the target's Python gives no answer.
    """
    known = {path: {one.top for one in _imports(path, old) if not one.relative} for path, old, _ in texts}
    wanted = [(path, one) for path, old, new in texts for one in new_imports(path, old, new)]
    if not wanted:
        return ()
    tree = target.prepared(base)
    roots = [PurePosixPath(root) for root in dict.fromkeys((*target.source_roots, target.subfolder))]
    sentences: list[str] = []
    asked: list[tuple[str, Imported]] = []
    for path, one in wanted:
        places = [one.name] if one.relative else [str(root / one.name.replace(".", "/")) for root in roots]
        if any(_lies_in(tree, place, texts, target.interpreter.suffixes) for place in places):
            continue
        if one.relative:
            sentences.append(f"newly imports {one.name}.py, which does not exist")
        else:
            asked.append((path, one))
    if asked:
        answer = _ask(target, base, tree, list(dict.fromkeys(one.name for _, one in asked)))
        declared = declared_dependencies(tree / target.subfolder, answer.requires)
        for path, one in asked:
            found = answer.modules[one.name]
            if not found.there:
                sentences.append(f"newly imports {one.name}, which the target's Python does not have")
            elif not (found.own or found.standard or allow_new or one.top in known[path] or declared & {*found.providers}):
                sentences.append(f"newly imports {one.name}, which the project does not declare")
    return tuple(dict.fromkeys(sentences))


def _imports(path: str, source: bytes) -> Iterator[Imported]:
    tree = parsed(source)
    if tree is None:
        return
    never_runs = _never_runs(tree)
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (Imported(alias.name, relative=False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            above = PurePosixPath(path).parents[: node.level][-1]
            yield Imported(str(above / (node.module or "").replace(".", "/")), relative=True)
        elif isinstance(node, ast.ImportFrom):
            yield Imported(node.module or "", relative=False)
        if isinstance(node, ast.If) and never_runs(node.test):
            waiting.extend(reversed(node.orelse))
        else:
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _never_runs(tree: ast.Module) -> Callable[[ast.expr], bool]:
    """Tells conditions that say typing's TYPE_CHECKING, in a module that binds these two names to nothing else."""
    bound = [one for node in ast.walk(tree) for one in _bound(node)]
    meant = {
        name
        for name, origin in (("typing", "typing"), (FOR_CHECKERS, f"typing.{FOR_CHECKERS}"))
        if {stands_for for other, stands_for in bound if other == name} == {origin}
    }

    def tells(test: ast.expr) -> bool:
        if isinstance(test, ast.Attribute):
            return (
                isinstance(test.value, ast.Name)
                and test.value.id == "typing"
                and "typing" in meant
                and test.attr == FOR_CHECKERS
            )
        return isinstance(test, ast.Name) and test.id == FOR_CHECKERS and FOR_CHECKERS in meant

    return tells


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names that a node binds, each with what it is then: empty where that is nothing imported."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from imported(ast.Module([node], [])).items()
    elif isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
        yield (node.id if isinstance(node, ast.Name) else node.attr), ""
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name, ""
    elif isinstance(node, ast.arg):
        yield node.arg, ""


def _lies_in(tree: Path, place: str, texts: Sequence[Text], suffixes: Sequence[str]) -> bool:
    """True if a file or folder that can be imported lies there, with the edit applied."""
    gone = {path for path, _, new in texts if not new}
    written = {path for path, _, new in texts if new}
    files = [f"{place}{ending}" for ending in (".py", "/__init__.py", *suffixes)]
    if any(file in written or (file not in gone and (tree / file).is_file()) for file in files):
        return True
    return (tree / place).is_dir() or any(path.startswith(f"{place}/") for path in written)


def _ask(target: Target, base: str, tree: Path, modules: Sequence[str]) -> _Answer:
    """What the target's interpreter says, with the unchanged tree first on its path; HarnessFailed if it says nothing."""
    name = declared_name(tree / target.subfolder)
    own = [file.parent.name for root in target.source_roots for file in (tree / root).glob("*/__init__.py")]
    with target.room(base) as room:
        asked = {
            "modules": list(modules),
            "project": normalised(name) if name else None,
            "own": own,
            "sources": list(room.sources),
            "tree": str(room.inside_tree),
            "output": str(room.inside_results / "answer.json"),
        }
        (room.results / "asked.json").write_text(json.dumps(asked))
        words = [str(room.interpreter.executable), "-I", "-c", ASK, str(room.inside_results / "asked.json")]
        finished = room.run(words, wall_seconds=LOOKING_SECONDS)
        try:
            answer = _Answer.model_validate_json((room.results / "answer.json").read_bytes())
        except (OSError, ValidationError) as error:
            raise HarnessFailed(f"the target's Python does not say what it can import: {finished.trouble}") from error
    if not finished.ok or set(modules) - set(answer.modules):
        raise HarnessFailed(f"the target's Python does not say what it can import: {finished.trouble}")
    return answer
