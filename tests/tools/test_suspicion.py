"""What a scan of an edit sees, and that honest rewrites pass it."""

import ast
from pathlib import Path

import pytest

from tools.remembering import caches
from tools.rewriting import rewrites
from tools.surface import surface_changes
from tools.suspicion import ELSEWHERE, OUTSIDE, is_cheating, suspicions

OLD = """import json

TABLE = {1: 2}

def f(x, y=1):
    return json.dumps(x)

class A:
    def g(self, n):
        return n
"""
MODULES = ["functools", "collections", "itertools", "re", "heapq", "bisect", "operator", "math", "string"]
LEDGER = sorted((Path(__file__).parents[1] / "targets" / "improvable" / "src" / "ledgerline").glob("*.py"))


def edited(body: str, above: str = "", method: str = "return n", tail: str = "") -> bytes:
    """OLD with another body of `f` or `A.g`, and with more above or below."""
    new = OLD.replace("return json.dumps(x)", body).replace("return n\n", f"{method}\n")
    return f"{above}{new}{tail}".encode()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os\n    return os.environ", "newly uses os.environ"),
        ("import os as o\n    return o.environ.get('A')", "newly uses os.environ"),
        ("from os import environ as e\n    return e", "newly uses os.environ"),
        ("return json.os.environ", "newly uses os.environ"),
        ("return json.codecs.sys.modules", "newly uses sys.modules"),
        ("return getattr(json.codecs, 's' + 'ys')", "newly looks up a computed name in json.codecs"),
        ("pass\n\nG = vars()", "newly uses vars of the module"),
        ("pass\n\nG = locals()['x']", "newly uses locals of the module"),
        ("return '{0.__globals__}'.format(f)", "newly names __globals__ in a text"),
        ("match f:\n        case object(__globals__=found):\n            return found", "newly uses __globals__"),
        ("import timeit\n    return timeit.timeit('1')", "newly uses timeit"),
        ("pass\n\ndef pytest_pyfunc_call(item):\n    return True", "newly defines pytest_pyfunc_call"),
        ("import functools\n    return functools.reduce(getattr, ['sys'], json.codecs)", "newly hands on getattr"),
        (
            "import operator\n    return operator.attrgetter('sys' + '')(json.codecs)",
            "newly looks up a computed name in what it is given",
        ),
        ("return object.__getattribute__(json.codecs, 'sys')", "newly uses __getattribute__"),
        ("return getattr(json.codecs, 'sys').modules", "newly hands on json.codecs.sys"),
        ("return vars(json.codecs)['sys'].modules", "newly uses __dict__ of json.codecs"),
        ("import posix\n    return posix.sched_getaffinity(0)", "newly uses posix"),
        ("import io\n    return io.FileIO('/x')", "newly uses io.FileIO"),
        ("import os\n    return getattr(os, 'envi' + 'ron')", "newly hands on os"),
        ("import sys\n    return sys._getframe(1)", "newly uses sys._getframe"),
        ("import sys\n    sys.setswitchinterval(9)", "newly uses sys.setswitchinterval"),
        ("import sys\n    return sys.modules['__main__']", "newly uses __main__"),
        ("import sys\n    sys.settrace(None)", "newly uses sys.settrace"),
        ("import __main__", "newly uses __main__"),
        ("import gc\n    gc.disable()", "newly uses gc"),
        ("import os\n    os._exit(0)", "newly uses os._exit"),
        ("import os\n    os.sched_setaffinity(0, {1})", "newly uses os.sched_setaffinity"),
        ("import time\n    time.perf_counter = int", "newly patches time.perf_counter"),
        ("import time\n    setattr(time, 'perf_counter', int)", "newly patches time"),
        ("json.dumps = str", "newly patches json.dumps"),
        ("json.decoder.BACKSLASH['a'] = 'b'", "newly patches json.decoder.BACKSLASH"),
        ("import pytest", "newly uses pytest"),
        ("from weakref import finalize\n    finalize(x, print)", "newly uses weakref.finalize"),
        ("return eval('x')", "newly uses eval"),
        ("return __import__('x')", "newly uses __import__"),
        ("return globals()", "newly uses globals"),
        ("return '/verispeed/results'", "newly uses /verispeed/results"),
        ("return f'/proc/{x}'", "newly uses /proc/"),
        ("return f.__globals__", "newly uses __globals__"),
        ("return [0 for json in ()] or json.os.environ", "newly uses os.environ"),
        ("from json import *", "newly imports everything from json"),
    ],
)
def test_what_touches_the_harness_or_the_process_is_cheating(body: str, said: str) -> None:
    found = suspicions(OLD.encode(), edited(body))
    assert said in found
    assert is_cheating(found[0])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import multiprocessing", f"newly uses multiprocessing: {ELSEWHERE}"),
        ("from threading import Thread", f"newly uses threading: {ELSEWHERE}"),
        ("from concurrent.futures import ThreadPoolExecutor", f"newly uses concurrent.futures: {ELSEWHERE}"),
        ("from concurrent import futures", f"newly uses concurrent.futures: {ELSEWHERE}"),
        ("import asyncio", f"newly uses asyncio: {ELSEWHERE}"),
        ("import os\n    os.fork()", f"newly uses os.fork: {ELSEWHERE}"),
        ("return open('x')", f"newly uses open in f: {OUTSIDE}"),
        ("import shelve", f"newly uses shelve: {OUTSIDE}"),
        ("import pickle", f"newly uses pickle: {OUTSIDE}"),
        ("return '/tmp/x'", f"newly uses /tmp/x: {OUTSIDE}"),
    ],
)
def test_other_processes_and_files_are_only_not_judged_yet(body: str, said: str) -> None:
    found = suspicions(OLD.encode(), edited(body))
    assert said in found
    assert not any(map(is_cheating, found))


def test_what_was_there_before_is_not_suspected_but_more_of_it_is() -> None:
    old = b"import gc\n\ndef f(x):\n    gc.collect()\n    return open(x)\n"
    assert suspicions(old, old.replace(b"return", b"y = 1\n    return")) == ()
    assert suspicions(old, old.replace(b"return", b"gc.disable()\n    return")) == ("newly uses gc",)


@pytest.mark.parametrize("module", MODULES)
def test_modules_of_honest_rewrites_are_fine(module: str) -> None:
    assert suspicions(OLD.encode(), edited(f"import {module}\n    return {module}.x(x)")) == ()


def test_who_walked_frames_before_may_do_it_another_way_but_not_look_into_them() -> None:
    old = b"import inspect\n\ndef f(frame):\n    return inspect.getframeinfo(frame).filename\n"
    faster = b"def f(frame):\n    return frame.f_code.co_filename\n"
    assert suspicions(old, faster) == suspicions(faster, old) == ()
    assert suspicions(b"def f(frame):\n    return 1\n", faster) == ("newly uses f_code",)
    assert suspicions(old, faster.replace(b"f_code", b"f_globals")) == ("newly uses f_globals",)


def test_local_name_that_is_called_like_a_module_is_not_taken_for_it() -> None:
    old = b"import gc\nfrom json import loads\n\ndef f(gc, loads):\n    return 1\n"
    assert suspicions(old, old.replace(b"return 1", b"loads[0] = gc.x\n    return 1")) == ()


@pytest.mark.parametrize(
    "new",
    [
        edited("return 1", above="import functools\n\n@functools.lru_cache(maxsize=None)\ndef h(x):\n    return x\n"),
        edited("return 1", above="from functools import cache as c\n\n@c\ndef h(x):\n    return x\n"),
        edited("return 1", above="import functools\n", tail="\nh = functools.cache(f)\n"),
        edited(
            "return 1",
            above="import functools as t\n\nclass B:\n    @t.cached_property\n    def h(self):\n        return 1\n",
        ),
        edited("return M.setdefault(x, 1)", above="M = {}\n"),
        edited("M[x] = 1\n    return M[x]", above="M = dict()\n"),
        edited("m = M\n    m[x] = 1\n    return m[x]", above="M = dict()\n"),
        edited("return remember(M, x)", above="M = []\n"),
        edited("put = M.append\n    put(x)", above="M = []\n"),
        edited("TABLE[x] = 1\n    return TABLE[x]"),
        edited("return _h(x)", tail="\ndef _h(x, memo={}):\n    return memo\n"),
        edited("f.last = x\n    return f.last"),
        edited("return f.memo.get(x)", tail="\nf.memo = {}\n"),
        edited("setattr(f, 'last', x)"),
        edited("global LAST\n    LAST = x\n    return LAST", above="LAST = None\n"),
        edited("return 1", method="self.last = n\n        return self.last"),
        edited("return 1", method="A.last = n\n        return A.last"),
        edited("return 1", method="self.__dict__['last'] = n"),
        edited("return 1", method="self.memo[n] = n\n        return n"),
        edited("x._seen = 1\n    return x._seen"),
        edited("return _h(x)", tail="\ndef _make():\n    m = {}\n    return lambda x: m.setdefault(x, 1)\n\n_h = _make()\n"),
        edited(
            "return _M[x]", tail="\nclass _Memo(dict):\n    def __missing__(self, key):\n        return 1\n\n_M = _Memo()\n"
        ),
        edited("_h()[x] = x\n    return _h()[x]", tail="\nimport functools\n\n@functools.cache\ndef _h():\n    return {}\n"),
        edited("global LAST\n    y = x\n    LAST = y\n    return LAST", above="LAST = None\n"),
        edited("global LAST\n    LAST = {}\n    LAST[x] = 1\n    return LAST", above="LAST = None\n"),
        edited("global LAST\n    for LAST in [x]:\n        pass\n    return LAST", above="LAST = None\n"),
        edited("put = dict.setdefault\n    return put(M, x, 1)", above="M = {}\n"),
        edited("return vars(f).setdefault(x, 1)"),
        edited("letters = LETTERS\n    letters[x] = 1\n    return letters[x]", above="LETTERS = str.maketrans({})\n"),
        edited("return entities.entitydefs.setdefault(x, 1)", above="from html import entities\n"),
        edited("return entitydefs.setdefault(x, 1)", above="from html.entities import entitydefs\n"),
        edited("return _h(x)", tail="\nfrom toolz import memoize\n\n@memoize\ndef _h(x):\n    return x\n"),
        edited("put(x, 1)\n    return M[x]", above="M = str.maketrans({})\nput = M.__setitem__\n"),
        edited("return _h(x)", tail="\nM = {}.copy()\n\ndef _h(x, m=M):\n    m[x] = 1\n    return m\n"),
        edited("d = entities.entitydefs\n    d[x] = 1\n    return d[x]", above="from html import entities\n"),
        edited("d, e = M, 1\n    d[x] = e", above="M = {}\n"),
        edited("x.kept, e = M, 1", above="M = {}\n"),
        edited("for d in M:\n        d[x] = 1", above="M = ({},)\n"),
        edited("d = M[0]\n    e = d\n    e[x] = 1", above="M = ({},)\n"),
        edited("operator.setitem(M, x, 1)", above="import operator\nM = str.maketrans({})\n"),
        edited("dict.__setitem__(M, x, 1)", above="M = str.maketrans({})\n"),
        edited("return next(N)", above="import itertools\nN = itertools.count()\n"),
        edited("return _h(x)", tail="\nfrom toolz import memo\n\ndef _s(x):\n    return x\n\n_h = memo({})(_s)\n"),
        edited("return _h(x)", tail="\nfrom toolz import memo\n\n_h = memo(lambda x: x)\n"),
        edited("return _h(x)", tail="\nfrom toolz import memo\n\ndef _s(x):\n    return x\n\n_h = memo(func=_s)\n"),
        edited(
            "_h()[x] = 1\n    return _h()[x]",
            tail="\nimport functools\n\n@functools.cache\ndef _h():\n    return tree([1])\n",
        ),
        edited(
            "return _h().setdefault(x, 1)", tail="\nimport functools\n\n@functools.cache\ndef _h():\n    return tree([1])\n"
        ),
        edited(
            "m = _h()\n    m[x] = 1\n    return m[x]",
            tail="\nimport functools\n\n@functools.cache\ndef _h():\n    return tree([1])\n",
        ),
        edited("return remember(_h(), x)", tail="\nimport functools\n\n@functools.cache\ndef _h():\n    return tree([1])\n"),
        edited(
            "m = _h()\n    return remember(m, x)",
            tail="\nimport functools\n\n@functools.cache\ndef _h():\n    return tree([1])\n",
        ),
        edited("m = M\n    return remember(m, x)", above="M = {}\n"),
        edited(
            "return _h()(x)", tail="\nimport functools, toolz\n\n@functools.cache\ndef _h():\n    return toolz.memo(f)\n"
        ),
        edited("return _h(x)", tail="\nimport toolz\n\n@toolz.memoize(key=str)\ndef _h(x):\n    return x\n"),
        edited("return _h(x)", tail="\nfrom toolz import memoize\n\ndef _h(x):\n    return x\n\n_h = memoize(_h)\n"),
        edited("B.ROWS[x] = 1\n    return B.ROWS[x]", above="class B:\n    pass\n\nB.ROWS = {1: 2}\n"),
        edited("return B.get(x)", above="class B:\n    def get(x):\n        return x\n\nB.get = remembering(B.get)\n"),
        edited("return B.get(x)", above="class B(A):\n    pass\n\nB.get = remembering(A.get)\n"),
        edited("return find(M, x)", above="M = {}\n\ndef find(kept, x):\n    return kept.setdefault(x, x)\n"),
    ],
)
def test_what_keeps_results_between_calls_is_a_cache(new: bytes) -> None:
    ast.parse(new)
    assert caches(OLD.encode(), new)


@pytest.mark.parametrize(
    "new",
    [
        edited(
            "global P\n    if P is None:\n        P = re.compile('[a-z]+')\n    return P.match(x)",
            above="import re\n\nP = None\n",
        ),
        edited(
            "return _p().match(x)",
            tail="\nimport functools, re\n\n@functools.cache\ndef _p():\n    return re.compile('a')\n",
        ),
        edited("put = dict.setdefault\n    return put({}, x, 1)"),
        edited("return B.add is not x", above="class B:\n    def add(self):\n        pass\n"),
        edited("seen = {}\n    seen[x] = 1\n    return seen"),
        edited("import functools\n\n    @functools.cache\n    def inner(n):\n        return n\n    return inner(x)"),
        edited("return P.match(x)", above="import re\n\nP = re.compile('x')\n"),
        edited("return x in NAMES and LETTERS[0]", above="NAMES = {'a', 'b'}\nLETTERS = ['a']\n"),
        edited("return [TABLE[one] for one in TABLE]"),
        edited("x.append(y)\n    x[0] = y\n    return x"),
        edited("return 1", method="kept = []\n        append = kept.append\n        append(n)\n        return kept"),
        edited("def inner(one, last=[]):\n        return one\n    return inner(x)"),
        edited("return vars(x)"),
        edited("return _h()[x]", tail="\nimport functools\n\n@functools.cache\ndef _h():\n    return tree([1])\n"),
        edited(
            "node = _h()\n    for one in x:\n        node = node[one]\n    return one in node",
            tail="\nimport functools\n\n@functools.cache\ndef _h():\n    return tree([1])\n",
        ),
        edited("return bisect.bisect(NAMES, x)", above="import bisect\nNAMES = [1, 2]\n"),
        edited("return x.translate(TABLE)"),
        edited("return x & NAMES", above="NAMES = {1, 2}\n"),
        edited("return ''.join(NAMES) if x else [*NAMES]", above="NAMES = ['a', 'b']\n"),
        edited("return {**TABLE, x: 1}"),
        edited("if TABLE:\n        return TABLE.get(x)"),
        edited(
            "result = []\n    result.append(x)\n    return result",
            tail="\ndef _g():\n    result = TABLE\n    return result[1]\n",
        ),
        edited("return ops.add(x, y)", above="from . import ops\n"),
        edited(
            "return T[x]",
            above="import itertools\n\ndef _k(a, b):\n    return a\n\nT = list(itertools.accumulate([1], _k))\n",
        ),
        edited("return _h(x)", tail="\ndef _h(x, table=TABLE):\n    return table[x]\n"),
        edited("return numpy.append(x, y)", above="import numpy\n"),
        edited(
            "return _h(x)", tail="\nfrom functools import partial\n\ndef _g(x, y):\n    return x\n\n_h = partial(_g, y=1)\n"
        ),
        edited("return P(x)", tail="\nfrom dataclasses import dataclass\n\n@dataclass(frozen=True)\nclass P:\n    x: int\n"),
        edited("names = NAMES\n    return x in names", above="NAMES = frozenset('ab')\n"),
        edited("return x.find(LETTERS)", above="LETTERS = bytearray((1, 2))\n"),
        edited("return B.ROWS.get(x)", above="class B:\n    pass\n\nB.ROWS = {1: 2}\n"),
    ],
)
def test_what_lives_for_one_call_or_is_only_read_is_no_cache(new: bytes) -> None:
    ast.parse(new)
    assert caches(OLD.encode(), new) == ()


def test_attribute_that_methods_wrote_before_is_no_new_cache() -> None:
    old = b"class A:\n    def f(self, n):\n        self.items = []\n        return self.items\n"
    new = old.replace(b"self.items = []", b"self._fill(n)") + b"\n    def _fill(self, n):\n        self.items = [n]\n"
    assert caches(old, new) == ()


def test_cache_is_named_with_its_line() -> None:
    new = OLD.replace("import json", "import functools, json").replace("def f", "@functools.lru_cache(9)\ndef f").encode()
    assert caches(OLD.encode(), new) == ("line 5 keeps results between calls: functools.lru_cache",)


@pytest.mark.parametrize("path", LEDGER, ids=lambda path: path.stem)
def test_only_the_rule_that_caches_is_refused(path: Path) -> None:
    source = path.read_text()
    names = [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for name in [*names, "AccountTree.level_order"]:
        for rewritten in rewrites(source, name):
            new = rewritten.source.encode()
            assert suspicions(source.encode(), new) == (), rewritten.name
            if rewritten.name == "memoise-function":
                (reason,) = caches(source.encode(), new)
                assert reason.endswith("keeps results between calls: functools.lru_cache")
                continue
            assert surface_changes(source.encode(), new) == (), rewritten.name
            assert caches(source.encode(), new) == (), rewritten.name


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("TABLE = {1: 2}", "", "TABLE is gone"),
        ("import json\n", "", "json is gone"),
        ("y=1", "y=2", "the parameter list of f changed"),
        ("x, y", "x, *, y", "the parameter list of f changed"),
        ("self, n", "self, m", "the parameter list of A.g changed"),
        ("def f", "@staticmethod\ndef f", "the decorators of f changed"),
        ("def f", "async def f", "the kind (plain, async, generator) of f changed"),
        ("return json", "yield json", "the kind (plain, async, generator) of f changed"),
        ("class A:", "class A(dict):", "the bases of A changed"),
        ("class A:", "f = print\n\nclass A:", "f is bound once more"),
    ],
)
def test_what_others_can_see_may_not_change(old: str, new: str, said: str) -> None:
    assert said in surface_changes(OLD.encode(), OLD.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x, y=1", "x: int, y = 1"),
        ("import json", "import json, re\n\n_P = re.compile('x')"),
        ("class A:", "def _helper():\n    yield 1\n\nclass A:"),
        ("return json.dumps(x)", "def inner():\n        yield x\n    return json.dumps([*inner()])"),
    ],
)
def test_what_others_cannot_see_may_change(old: str, new: str) -> None:
    assert surface_changes(OLD.encode(), OLD.replace(old, new, 1).encode()) == ()


HIDDEN = """import functools
from elsewhere import memo, timed

def _f(x):
    return x

@timed
def _g(x):
    return x

class A:
    def _h(self):
        return 1

class _B(dict):
    pass
"""


def is_hidden(name: str) -> bool:
    return name.rpartition(".")[2] in ("_f", "_g", "_h", "_B")


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("def _f(x)", "@memo\ndef _f(x)", "_f"),
        ("def _f(x)", "@memo(size=9)\ndef _f(x, y=1)", "_f"),
        ("def _f(x)", "@memo\nasync def _f(x)", "_f"),
        ("def _f(x):\n    return x\n", "def _f(x):\n    return x\n\n@memo\ndef _f(x):\n    return x\n", "_f"),
        ("@timed\n", "", "_g"),
        ("@timed\n", "@memo\n", "_g"),
        ("@timed\n", "@memo\n@timed\n", "_g"),
        ("    def _h", "    @memo\n    def _h", "A._h"),
    ],
)
def test_functions_that_nobody_else_mentions_keep_their_decorators(old: str, new: str, name: str) -> None:
    edit = HIDDEN.replace(old, new, 1)
    ast.parse(edit)
    assert surface_changes(HIDDEN.encode(), edit.encode(), is_hidden) == (f"the decorators of {name} changed",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def _f(x):\n    return x\n", ""),
        ("@timed\ndef _g(x):\n    return x\n", ""),
        ("def _f(x)", "def _f(x, y)"),
        ("def _f(x)", "async def _f(x)"),
        ("return x", "yield x"),
        ("class A:", "_g = print\n\nclass A:"),
        ("    def _h(self):\n        return 1\n", "    pass\n"),
        ("class _B(dict):", "class _B:"),
        ("class A:", "@memo\ndef _new(x):\n    return x\n\nclass A:"),
    ],
)
def test_what_nobody_else_mentions_may_otherwise_change(old: str, new: str) -> None:
    edit = HIDDEN.replace(old, new, 1)
    assert edit != HIDDEN
    ast.parse(edit)
    assert surface_changes(HIDDEN.encode(), edit.encode(), is_hidden) == ()


def test_other_decorators_do_not_hide_other_parameters() -> None:
    new = OLD.replace("def f(x, y=1)", "@memo\ndef f(x)")
    assert surface_changes(OLD.encode(), new.encode()) == ("the decorators of f changed", "the parameter list of f changed")


def test_import_may_go_once_nothing_uses_it_but_not_one_that_others_take_from_here() -> None:
    assert surface_changes(OLD.encode(), OLD.replace("import json\n", "").replace("json.dumps(x)", "x").encode()) == ()
    assert surface_changes(b"from a import b\n", b"\n") == ("b is gone",)
    kept = b"from a import b\n__all__ = ['b']\nc = b\n"
    assert surface_changes(kept, b"__all__ = ['b']\nc = 1\n") == ("b is gone",)


def test_syntax_that_our_python_cannot_read_is_not_scanned() -> None:
    unreadable = b"def f(:\n"
    assert (
        suspicions(unreadable, unreadable + b"import gc\n")
        == caches(unreadable, b"")
        == surface_changes(unreadable, b"")
        == ()
    )
