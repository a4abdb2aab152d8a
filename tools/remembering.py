"""Where an edit newly keeps something between calls: state that a repeated benchmark would time instead of the work."""

# ruff: noqa: N802  visit_Name and the like are named by ast

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from tools.containers import NAMED, argument_names, assigned, is_container, is_read, last_name, makes_state
from tools.syntax import Definition, ScopeVisitor, parameters, parsed, root, words

CACHES = ("functools.cache", "functools.lru_cache", "functools.cached_property", "functools.singledispatch")
MUTATORS = words(
    "append appendleft extend extendleft insert add update setdefault pop popleft popitem remove discard clear "
    "difference_update intersection_update symmetric_difference_update move_to_end set send subtract "
    "__setitem__ __delitem__ __setattr__ __ior__ __iadd__ __dict__"
)
READERS = words("len sum min max any all sorted reversed tuple list dict set frozenset zip enumerate map filter isinstance")
READING = words(  # methods and functions that only read what they are given
    "translate isdisjoint issubset issuperset union intersection difference symmetric_difference join extend update "
    "fromkeys startswith endswith bisect bisect_left bisect_right nlargest nsmallest chain product islice count_nonzero "
    "find rfind index rindex count partition rpartition"
)
WRITING = ("operator.setitem", "operator.delitem", "operator.iadd", "operator.ior", "operator.iconcat")
CONTAINERS = ("dict", "list", "set", "bytearray", "object")
HARMLESS = words(
    "functools.wraps functools.total_ordering functools.partial functools.partialmethod functools.cmp_to_key "
    "functools.reduce functools.update_wrapper contextlib.contextmanager contextlib.asynccontextmanager "
    "dataclasses.dataclass dataclasses.field warnings.deprecated warnings.warn types.coroutine types.MappingProxyType "
    "operator.itemgetter operator.attrgetter operator.methodcaller re.compile itertools.chain collections.namedtuple"
)
HARMLESS_MODULES = words(
    "itertools operator math numpy abc enum typing typing_extensions pytest unittest hypothesis click typer attr attrs "
    "numba cython"
)
FUNCTIONS = ("add", "append", "insert", "remove", "set", "send", "subtract", "discard")  # also names of plain functions
FIRST = ("__init__", "__new__", "__post_init__", "__setstate__")  # where an object gets its attributes


def caches(old: bytes, new: bytes) -> tuple[str, ...]:
    """One sentence for each place where the new text keeps results between calls and the old one did not.

    A cache that is made anew by every outer call is fine. Empty where our Python cannot read one of the two.
    """
    before, after = _kept(old), _kept(new)
    if before is None or after is None:
        return ()
    times = Counter(what for _, what in before)
    found: list[str] = []
    for line, what in sorted(after):
        times[what] -= 1
        if times[what] < 0:
            found.append(f"line {line} keeps results between calls: {what}")
    return tuple(dict.fromkeys(found))


def _kept(source: bytes) -> list[tuple[int, str]] | None:
    tree = parsed(source)
    if tree is None:
        return None
    state = _State(tree)
    try:
        state.visit(tree)
    except RecursionError:
        return None
    return [*state.found, *state.attributes_kept()]


def _made_of_nothing(function: Definition, name: str) -> bool:
    """Whether a function binds the global `name` only to what no argument and no variable of its own has a part in."""
    stored = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own = stored | {one.arg for one in parameters(function.args)}
    own.discard(name)
    simple = {
        id(target): node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and len(node.targets) == 1
        for target in node.targets
    }
    bound = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id == name and node.id in stored and not isinstance(node.ctx, ast.Load)
    ]
    values = [simple.get(id(node)) for node in bound]
    return bool(values) and all(
        value is not None
        and not is_container(value)
        and not any(isinstance(one, ast.Name) and one.id in own for one in ast.walk(value))
        for value in values
    )


def _returns_fixed(function: Definition) -> bool:
    """Whether all that a function returns is evidently a value that nobody can change."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return bool(returned) and all(
        isinstance(value, (ast.Constant, ast.JoinedStr))
        or (isinstance(value, ast.Call) and ast.unparse(value.func) in ("re.compile", "frozenset", "str", "int", "float"))
        for value in returned
    )


def _apart(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """`a, b = c, d` one by one; any other assignment as it is."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _bindings(function: Definition) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """What a function binds, what to, and whether it is an element of that."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from ((one, value, False) for one, value in _apart(target, node.value))
        elif isinstance(node, ast.For):
            yield node.target, node.iter, True
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            yield node.target, node.value, False


def _makes_once(function: Definition, tree: ast.Module) -> bool:
    """Whether a function without parameters may stand under a cache: it wraps no function and hands out none.

    What it makes counts as a container of the module: nothing may be put into it.
    """
    if parameters(function.args) or not function.decorator_list or makes_state(function):
        return False
    named = {node.name for node in tree.body if isinstance(node, NAMED)}
    given = [part for node in ast.walk(function) if isinstance(node, ast.Call) for part in node.args]
    given += [part.value for node in ast.walk(function) if isinstance(node, ast.Call) for part in node.keywords]
    return not any(isinstance(part, ast.Name) and part.id in named for part in given)


class _State(ScopeVisitor):
    """Finds what outlives a call; names are those of the module, imports aside."""

    def __init__(self, tree: ast.Module) -> None:
        super().__init__(tree)
        self.found: list[tuple[int, str]] = []
        self.once: set[int] = set()  # decorators of functions without parameters
        self.written: list[tuple[int, str, str]] = []  # line, class, attribute that a method sets on an argument
        self.loaded = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_read(node)}
        self.containers = {name for name, value in assigned(tree) if is_container(value)}
        self.factories = {node.name for node in ast.walk(tree) if isinstance(node, NAMED) and makes_state(node)}
        made = {name for name, value in assigned(tree) if not isinstance(value, (ast.Constant, ast.Lambda))}
        self.made = made
        self.outside: list[set[str]] = []  # for each function around, its own names for what the module holds
        self.whole: list[set[str]] = []  # and those of them for a whole container
        self.lazy = {node.name for node in tree.body if isinstance(node, Definition) and _makes_once(node, tree)}
        self.named = {node.name for node in tree.body if isinstance(node, NAMED)}
        self.classes = {
            node.name: {one.name for one in node.body if isinstance(one, Definition)}
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        }

    def attributes_kept(self) -> Iterator[tuple[int, str]]:
        """Attributes that methods set and somebody reads: once a class, for moving such a line to a helper is fine."""
        for line, around, attribute in {(one[1], one[2]): one for one in reversed(self.written)}.values():
            if attribute in self.loaded or attribute in MUTATORS:
                yield line, f"the attribute {attribute} of {around or 'an argument'}"

    def visit_Name(self, node: ast.Name) -> None:
        self._cache(node)
        if not self.bound or not isinstance(node.ctx, ast.Load):
            return
        of_module = node.id in self.containers and not self.is_local(node.id)
        if of_module or any(node.id in names for names in self.whole):
            self.handed_on(node)

    def handed_on(self, node: ast.Name) -> None:
        """A container of the module that stands alone in a function: whoever gets it may write to it."""
        if node.id not in self.imports:
            self.found.append((node.lineno, f"{node.id} is handed on as a whole"))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._cache(node)
        stored = not isinstance(node.ctx, ast.Load)
        if stored or (node.attr in MUTATORS and self.bound and not self._is_method_of_class(node)):
            self._write(node.value, node, node.attr)
        self._descend(node.value)

    def _is_method_of_class(self, node: ast.Attribute) -> bool:
        """`Index.add` or `dict.setdefault`: a plain function, which changes nothing by being named."""
        if not isinstance(node.value, ast.Name) or self.is_local(node.value.id) or node.value.id in self.containers:
            return False
        name = node.value.id
        return node.attr in self.classes.get(name, ()) or (name in CONTAINERS and name not in self.imports)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not self.bound and isinstance(node.value, ast.Attribute) and node.value.attr in MUTATORS:
            self.found.append((node.lineno, f"{ast.unparse(node.value)[:60]} is kept for later"))  # put = {}.__setitem__
        for target in node.targets:
            if not self._is_like_a_class_body(target, node.value):
                self.visit(target)
        for _, value in _apart(node.targets[0], node.value):
            (self._descend if isinstance(node.targets[0], (ast.Name, ast.Tuple)) else self.visit)(value)

    def _is_like_a_class_body(self, target: ast.expr, value: ast.expr) -> bool:
        """`Table.ROWS = made()` at the top of a module, where ROWS is no method: as good as a line of the class."""
        plain = isinstance(value, (ast.Constant, ast.Dict, ast.List, ast.Set, ast.Tuple))
        if not plain and not (isinstance(value, ast.Call) and not value.args and not value.keywords):
            return False  # a function that remembers, around another one, perhaps
        if self.bound or not (isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)):
            return False
        return target.value.id in self.classes and target.attr not in self.classes[target.value.id]

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load) and self.bound:
            self._write(node.value, node, "")
        self._descend(node.value)
        self.visit(node.slice)

    def visit_Compare(self, node: ast.Compare) -> None:
        for operand in (node.left, *node.comparators):
            self._descend(operand)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """An operator makes something new."""
        self._descend(node.left)
        self._descend(node.right)

    def visit_Starred(self, node: ast.Starred) -> None:
        """`[*NAMES]`."""
        self._descend(node.value)

    def visit_Dict(self, node: ast.Dict) -> None:
        """`{**TABLE}`; what stands there as a key or a value is handed on."""
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self._descend(value)
            else:
                self.visit(key)
                self.visit(value)

    def visit_If(self, node: ast.If) -> None:
        """`if NAMES:`."""
        self._descend(node.test)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.target)
        self._descend(node.iter)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """A loop of a comprehension; going through a table is reading it."""
        self.visit(node.target)
        self._descend(node.iter)
        for condition in node.ifs:
            self.visit(condition)

    def visit_Global(self, node: ast.Global) -> None:
        function = next((one for one in reversed(self.around) if isinstance(one, Definition)), None)
        for name in node.names:
            if function is None or not _made_of_nothing(function, name):
                self.found.append((node.lineno, f"global {name}"))

    def visit_Call(self, node: ast.Call) -> None:
        if self._is_lazy(node) and self.bound:
            self.found.append((node.lineno, f"what {ast.unparse(node.func)}() made is handed on as a whole"))
        self._call(node)

    def _is_lazy(self, node: ast.AST) -> bool:
        """A call of a function that makes something once: as good as a name of the module."""
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.lazy

    def _call(self, node: ast.Call) -> None:
        called = node.func
        if (isinstance(called, ast.Name) and called.id in ("setattr", "delattr")) or last_name(called) == "__setattr__":
            for argument in node.args[:1]:
                name = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else "__dict__"
                self._write(argument, node, str(name))
        if node.args and self._writes_into_first(called):
            self._write(node.args[0], called, "")
        if isinstance(called, ast.Name) and called.id == "vars":
            for argument in node.args[:1]:
                self._attributes_of(argument)
        if not self.bound:
            self._made_at_import(called)
            self._wrapped(node)
        ours = self.named if isinstance(called, ast.Name) else {name for one in self.classes.values() for name in one}
        known = (isinstance(called, ast.Name) and called.id in READERS) or last_name(called) in READING
        harmless = known and last_name(called) not in ours  # the module may call anything of its own `find`
        self.visit(called)
        for part in (*node.args, *node.keywords):
            (self._descend if harmless else self.visit)(part)

    def visit_arguments(self, node: ast.arguments) -> None:
        """Defaults live as long as their function."""
        for default in (*node.defaults, *filter(None, node.kw_defaults)):
            if not self.bound and is_container(default):
                self.found.append((default.lineno, f"the default argument {ast.unparse(default)[:40]}"))
        self.generic_visit(node)

    def _function(self, node: Definition) -> None:
        # one result, into which nothing can be put, or nothing is put
        if not parameters(node.args) and (_returns_fixed(node) or (node.name in self.lazy and not self.bound)):
            self.once |= {id(part) for decorator in node.decorator_list for part in ast.walk(decorator)}
        for decorator in node.decorator_list:
            if not self.bound and not isinstance(decorator, ast.Call):
                self._made_at_import(decorator)
            if not self.bound and id(decorator) not in self.once:
                self._unknown(decorator.func if isinstance(decorator, ast.Call) else decorator)
        names, whole = self._leading_outside(node)
        self.outside.append(names)
        self.whole.append(whole)
        super()._function(node)
        self.outside.pop()
        self.whole.pop()

    def _writes_into_first(self, called: ast.expr) -> bool:
        """`dict.__setitem__(table, ...)`, `operator.setitem(table, ...)`."""
        if self.dotted(called) in WRITING:
            return True
        plain = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id in CONTAINERS
        return plain and last_name(called) in MUTATORS

    def _leading_outside(self, function: Definition) -> tuple[set[str], set[str]]:
        """Names of a function for what outlives its calls: `table = TABLE`, `for row in ROWS`, `def f(x, table=TABLE)`.

        The second set holds those that stand for a whole container.
        """
        arguments = function.args
        late = (*arguments.posonlyargs, *arguments.args)
        defaults = [*zip(reversed(late), reversed(arguments.defaults), strict=False)]
        defaults += [(one, value) for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value]
        names = {one.arg for one, value in defaults if isinstance(value, ast.Name) and value.id in self.made}
        whole = {one.arg for one, value in defaults if isinstance(value, ast.Name) and value.id in self.containers}
        own = {one.arg for one in parameters(arguments)}
        for _ in range(2):  # a name for a name
            for target, value, element in _bindings(function):
                if self._leads_outside(value, names, own):
                    found = {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}
                    names |= found
                    whole |= found if self._is_whole(value, whole) and not element else set()
        return names, whole

    def _is_whole(self, value: ast.expr, whole: set[str]) -> bool:
        return self._is_lazy(value) or (isinstance(value, ast.Name) and (value.id in self.containers or value.id in whole))

    def _leads_outside(self, value: ast.expr, names: set[str], own: set[str]) -> bool:
        start = root(value)
        if self._is_lazy(start):
            return True
        if not isinstance(start, ast.Name) or start.id in own - names:
            return False
        whole = value is start
        return start.id in names or start.id in self.made or (start.id in self.imports and not whole)

    def _descend(self, node: ast.AST) -> None:
        """Visit what is only read here: a plain name needs no look."""
        if isinstance(node, ast.Name):
            self._cache(node)
        elif isinstance(node, ast.Call) and self._is_lazy(node):
            self._call(node)
        else:
            self.visit(node)

    def _cache(self, node: ast.Name | ast.Attribute) -> None:
        name = self.dotted(node)
        if not self.bound and name in CACHES and id(node) not in self.once:
            self.found.append((node.lineno, name))

    def _made_at_import(self, called: ast.AST) -> None:
        if isinstance(called, ast.Name) and called.id in self.factories:
            self.found.append((called.lineno, f"{called.id} makes something with a memory when the module is imported"))

    def _write_elsewhere(self, base: ast.AST, node: ast.expr, attribute: str) -> None:
        """A table of another module is filled: `entities.entitydefs.update`; `numpy.append` is a function like any other."""
        table = not isinstance(base, ast.Name) or "." in self.imports[base.id]
        if self.bound and attribute in MUTATORS and table and attribute not in FUNCTIONS:
            self.found.append((node.lineno, f"{ast.unparse(base)[:60]}.{attribute} is written to"))

    def _attributes_of(self, node: ast.expr) -> None:
        """`vars(function)`: a dictionary that lives as long as the function."""
        if isinstance(node, ast.Name) and self.bound and not self.is_local(node.id) and node.id not in self.imports:
            self.found.append((node.lineno, f"the attributes of {node.id} are handed on as a whole"))

    def _wrapped(self, node: ast.Call) -> None:
        """`f = memo(f)` at the top of the module."""
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        wrapper: ast.expr = node.func
        while isinstance(wrapper, ast.Call):  # memo({})(f)
            wrapper = wrapper.func
        if any(isinstance(part, ast.Lambda) or (isinstance(part, ast.Name) and part.id in self.named) for part in parts):
            self._unknown(wrapper)

    def _unknown(self, wrapper: ast.AST) -> None:
        """Something imported that gets a function at import: what it hands back may remember results."""
        name = self.dotted(wrapper)
        if name is None or name in HARMLESS or name in CACHES or name.split(".")[0] in HARMLESS_MODULES:
            return
        self.found.append((getattr(wrapper, "lineno", 0), f"nobody knows what {name} remembers"))

    def _write(self, base: ast.AST, node: ast.expr, attribute: str) -> None:
        """A write to what `base` leads to: into the module, or into an attribute of an argument."""
        start = root(base)
        if self._is_lazy(start):
            self.found.append((node.lineno, f"{ast.unparse(base)[:60]} is written to"))
        if not isinstance(start, ast.Name):
            return
        if start.id in self.imports and not self.is_local(start.id):
            self._write_elsewhere(base, node, attribute)
            return
        if not self.is_local(start.id) or any(start.id in names for names in self.outside):
            if self.bound or isinstance(node, ast.Attribute):
                what = f"{ast.unparse(base)}.{attribute}" if attribute else ast.unparse(base)
                self.found.append((node.lineno, f"{what[:60]} is written to"))
            return
        method = next((one for one in reversed(self.around) if not isinstance(one, ast.ClassDef)), None)
        if method is None or method.name in FIRST or start.id not in argument_names(method):
            return
        owner = next((one.name for one in reversed(self.around) if isinstance(one, ast.ClassDef)), "")
        first = owner and start.id == next(iter(argument_names(method)), None)
        chain = [one for one in ast.walk(base) if isinstance(one, ast.Attribute)]
        if first and chain:
            self.written.append((node.lineno, owner, chain[-1].attr))  # self.memo[key] = value, self.memo.append(value)
        elif isinstance(base, ast.Name) and attribute and (attribute == "__dict__" or attribute not in MUTATORS):
            self.written.append((node.lineno, owner, attribute))
