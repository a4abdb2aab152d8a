"""What a rewrite looks at: one function inside its module, with parents, order and names worked out."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import libcst as cst

from tools.rewriting.modules import bound_by, definitions, imports
from workspaces.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Node = TypeVar("Node", bound=cst.CSTNode)

LOOPS = (cst.For, cst.While, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
Loop = cst.For | cst.While | cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp


def words(text: str) -> frozenset[str]:
    """The words of `text` as a set, for tables of names."""
    return frozenset(text.split())


MUTATORS = words(
    "append appendleft extend extendleft insert pop popleft popitem remove discard clear sort reverse add update "
    "setdefault intersection_update difference_update symmetric_difference_update write writelines send"
)
PURE_BUILTINS = words(
    "abs all any bool bytes chr dict divmod enumerate filter float format frozenset getattr hasattr hash hex id "
    "int isinstance issubclass iter len list map max min oct ord pow print range repr reversed round set sorted "
    "str sum tuple type zip"
)


class Use(StrEnum):
    """How a name stands in the code."""

    METHOD = "method"  # name.detail(...)
    ATTRIBUTE = "attribute"  # name.detail
    ITEM = "item"  # name[...], read
    CHANGED = "changed"  # name[...] = ..., del name[...], name.x = ...
    ARGUMENT = "argument"  # detail(name)
    MEMBER = "member"  # ... in name
    ITERATED = "iterated"  # for ... in name
    TRUTH = "truth"  # if name, not name
    RETURNED = "returned"  # return name
    BOUND = "bound"  # name = ..., for name in ...
    OTHER = "other"


class Usage(NamedTuple):
    """One place where a name stands, and the node that makes it what it is."""

    use: Use
    detail: str
    name: cst.Name
    node: cst.CSTNode


@dataclass(frozen=True)
class Place:
    """Where a function stands in its module: the definition, the nodes around it, its top-level statement."""

    path: tuple[cst.CSTNode, ...]
    ordinal: int = 0  # of the definitions with the same qualified name

    @property
    def function(self) -> cst.FunctionDef:
        """The definition itself."""
        function = self.path[-1]
        assert isinstance(function, cst.FunctionDef)
        return function


class Subject:
    """One function of a parsed module; answers what rewrites ask about it."""

    def __init__(self, source: str, module: cst.Module, name: str, place: Place) -> None:
        self.source = source
        self.module = module
        self._name, self._ordinal = name, place.ordinal
        self.path = place.path
        self.function = place.function
        self.top = place.path[0]
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.order: dict[cst.CSTNode, int] = {}
        self.last: dict[cst.CSTNode, int] = {}  # place of the last node inside each node
        self.function.visit(_Lineage(self.parents, self.order, self.last))
        self._own = [node for node in self.order if not self.nested(node)]
        self.words = set(re.findall(r"\w+", source))
        self.parameters = {name.value: name for name in _parameter_names(self.function.params)}
        self.declared: set[str] = set()  # global or nonlocal
        self.captured: set[str] = set()  # named in nested functions, lambdas, classes
        self.uses: dict[str, list[Usage]] = defaultdict(list)
        self.module_names = {name for statement in module.body for name in bound_by(statement)}
        self._collect_names()

    @property
    def has_block(self) -> bool:
        """Whether the body stands on lines of its own, so that lines can be added."""
        return isinstance(self.function.body, cst.IndentedBlock)

    def code(self, node: cst.CSTNode) -> str:
        """Source text of `node`."""
        return self.module.code_for_node(node)

    def own(self, kind: type[Node] | tuple[type[Node], ...], within: cst.CSTNode | None = None) -> Iterator[Node]:
        """Nodes of a kind in the body (or below `within`), in order, leaving nested functions alone."""
        container = within or self.function.body
        for node in self._own:
            if isinstance(node, kind) and self.inside(node, container):
                yield node

    def heads(self) -> Iterator[cst.For | cst.CompFor]:
        """Every `for` of the body: of statements and of comprehensions."""
        for node in self._own:
            if isinstance(node, (cst.For, cst.CompFor)) and self.inside(node, self.function.body):
                yield node

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Nodes around `node`, nearest first, up to the function."""
        while node is not self.function and node in self.parents:
            node = self.parents[node]
            yield node

    def inside(self, node: cst.CSTNode, container: cst.CSTNode) -> bool:
        """Whether `node` is `container` or stands in it."""
        return self.order[container] <= self.order[node] <= self.last[container]

    def nested(self, node: cst.CSTNode) -> bool:
        """Whether `node` stands in a function, lambda or class inside the function."""
        return any(isinstance(outer, SCOPES) and outer is not self.function for outer in self.ancestors(node))

    def loops(self, node: cst.CSTNode) -> Iterator[Loop]:
        """Loops and comprehensions that evaluate `node` again and again, innermost first."""
        chain = [node, *self.ancestors(node)]
        for position, outer in enumerate(chain[1:], start=1):
            if isinstance(outer, LOOPS) and _repeats(outer, chain[:position]):
                yield outer

    def outermost(self, node: cst.CSTNode, names: set[str]) -> Loop | None:
        """The largest loop around `node` in which none of `names` is bound or changed."""
        best: Loop | None = None
        for loop in self.loops(node):
            if any(self.changed(name, loop) for name in names):
                break
            best = loop
        return best

    def anchor(self, node: cst.CSTNode) -> cst.BaseStatement | cst.SimpleStatementLine:
        """The statement of a block that holds `node`: where a line can be put before it."""
        while not isinstance(self.parents[node], cst.IndentedBlock):
            node = self.parents[node]
        assert isinstance(node, (cst.BaseStatement, cst.SimpleStatementLine))
        return node

    def siblings(self, statement: cst.CSTNode) -> Sequence[cst.CSTNode]:
        """Statements of the block that holds `statement`."""
        block = self.parents[statement]
        return block.body if isinstance(block, cst.IndentedBlock) else ()

    def neighbour(self, statement: cst.CSTNode, step: int) -> cst.CSTNode | None:
        """The statement `step` places after `statement` in its block."""
        siblings = self.siblings(statement)
        place = next((index for index, one in enumerate(siblings) if one is statement), None)
        if place is None or not 0 <= place + step < len(siblings):
            return None
        return siblings[place + step]

    def local(self, name: str) -> bool:
        """Whether `name` belongs to this function alone: bound here, no parameter, not shared with nested scopes."""
        bound = any(usage.use is Use.BOUND for usage in self.uses[name])
        return bound and name not in self.parameters and self.private(name)

    def private(self, name: str) -> bool:
        """Whether no nested scope, `global` or `nonlocal` shares `name`."""
        return name not in self.captured and name not in self.declared

    def builtin(self, name: str) -> bool:
        """Whether `name` still means the builtin here."""
        return name not in self.parameters and name not in self.module_names and not self.bindings(name)

    def bindings(self, name: str) -> list[Usage]:
        """Places where `name` is bound in the function, parameters apart."""
        return [usage for usage in self.uses[name] if usage.use is Use.BOUND]

    def values(self, name: str) -> list[cst.BaseExpression] | None:
        """Every value that plain assignments give to `name`, or None if it is bound in another way as well."""
        found = [assigned(self.parents, usage.name) for usage in self.bindings(name)]
        return None if None in found else [value for value in found if value is not None]

    def changed(self, name: str, within: cst.CSTNode) -> bool:
        """Whether `name` is bound, or what it names may be changed, inside `within`."""
        return any(self.inside(usage.name, within) and self.changes(usage) for usage in self.uses[name])

    def changes(self, usage: Usage) -> bool:
        """Whether this use may change what the name stands for: unknown calls may."""
        match usage.use:
            case Use.BOUND | Use.CHANGED:
                return True
            case Use.METHOD:
                return usage.detail in MUTATORS
            case Use.ARGUMENT:
                return usage.detail not in PURE_BUILTINS and "." not in usage.detail
        return False

    def names_in(self, node: cst.CSTNode) -> set[str]:
        """Variables read or bound inside `node`."""
        return {name for name, usages in self.uses.items() if any(self.inside(usage.name, node) for usage in usages)}

    def used_after(self, name: str, loop: cst.CSTNode) -> bool:
        """Whether the value that `loop` leaves in `name` may be read outside it."""
        for usage in self.uses[name]:
            if usage.use is Use.BOUND or self.inside(usage.name, loop):
                continue
            rebinding = (one for one in self.loops(usage.name) if name in _targets(self, one))
            if not any(not self.inside(loop, one) for one in rebinding):
                return True
        return False

    def fresh(self, wish: str) -> str:
        """A name that stands nowhere in the module yet; asking twice gives two names."""
        name, number = wish, 2
        while name in self.words:
            name, number = f"{wish}_{number}", number + 1
        self.words.add(name)
        return name

    @property
    def line_range(self) -> tuple[int, int]:
        """First (with decorators) and last line of the function, counted from 1."""
        found = [node for name, node in definitions(parse(self.source), "") if name == self._name]
        node = found[self._ordinal]
        return min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or node.lineno

    def imported(self, module: str, member: str | None = None) -> str | None:
        """Local name of a module (or of its `member`) that a top-level import above the function gives it."""
        for statement in self.module.body:
            if statement is self.top:
                break
            for name, target in imports(statement):
                known = name not in self.parameters and not self.bindings(name)
                if known and target == (module if member is None else f"{module}.{member}"):
                    return name
        return None

    def importable(self, module: str) -> bool:
        """Whether `module.member` can be written here, adding `import module` on top if it is missing."""
        free = module not in self.parameters and not self.bindings(module) and module not in self.captured
        return free and (module not in self.module_names or self.imported(module) == module)

    def _collect_names(self) -> None:
        for node in self.order:
            if isinstance(node, cst.NameItem):
                self.declared.add(node.name.value)
            if not isinstance(node, cst.Name) or not self.inside(node, self.function.body):
                continue
            if not _is_variable(node, self.parents[node]):
                continue
            if self.nested(node):
                self.captured.add(node.value)
            else:
                self.uses[node.value].append(self._usage(node))

    def _usage(self, name: cst.Name) -> Usage:
        parent = self.parents[name]
        if is_target(self.parents, name):
            return Usage(Use.BOUND, "", name, parent)
        match parent:
            case cst.Attribute():
                return self._attribute_usage(name, parent)
            case cst.Subscript() if parent.value is name:
                return Usage(Use.CHANGED if is_target(self.parents, parent) else Use.ITEM, "", name, parent)
            case cst.Arg():
                call = self.parents[parent]
                detail = self.code(call.func) if isinstance(call, cst.Call) else ""
                return Usage(Use.ARGUMENT, detail, name, call)
            case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
                return Usage(Use.MEMBER, "", name, self.parents[parent])
            case cst.For() | cst.CompFor() if parent.iter is name:
                return Usage(Use.ITERATED, "", name, parent)
            case cst.Return():
                return Usage(Use.RETURNED, "", name, parent)
            case cst.If() | cst.While() | cst.UnaryOperation(operator=cst.Not()) | cst.CompIf() | cst.Assert():
                return Usage(Use.TRUTH, "", name, parent)
        return Usage(Use.OTHER, "", name, parent)

    def _attribute_usage(self, name: cst.Name, attribute: cst.Attribute) -> Usage:
        outer = self.parents[attribute]
        if isinstance(outer, cst.Call) and outer.func is attribute:
            return Usage(Use.METHOD, attribute.attr.value, name, outer)
        use = Use.CHANGED if is_target(self.parents, attribute) else Use.ATTRIBUTE
        return Usage(use, attribute.attr.value, name, attribute)


def is_target(parents: dict[cst.CSTNode, cst.CSTNode], node: cst.CSTNode) -> bool:
    """Whether `node` is what an assignment, loop, import, `del`... binds."""
    parent = parents[node]
    while isinstance(parent, (cst.Element, cst.StarredElement, cst.Tuple, cst.List)):
        node, parent = parent, parents[parent]
    match parent:
        case cst.AssignTarget() | cst.Del() | cst.AsName() | cst.ImportAlias() | cst.MatchAs() | cst.MatchStar():
            return True
        case cst.AnnAssign() | cst.AugAssign() | cst.For() | cst.CompFor() | cst.NamedExpr():
            return parent.target is node
        case cst.FunctionDef() | cst.ClassDef():
            return parent.name is node
    return False


def assigned(parents: dict[cst.CSTNode, cst.CSTNode], name: cst.Name) -> cst.BaseExpression | None:
    """The value that a plain `name = value` (or annotated) assignment gives, else None."""
    parent = parents[name]
    if isinstance(parent, cst.AnnAssign) and parent.target is name:
        return parent.value
    if isinstance(parent, cst.AssignTarget):
        assignment = parents[parent]
        assert isinstance(assignment, cst.Assign)
        return assignment.value if len(assignment.targets) == 1 else None
    return None


class _Lineage(cst.CSTVisitor):
    """Writes down every node's parent and place."""

    def __init__(
        self, parents: dict[cst.CSTNode, cst.CSTNode], order: dict[cst.CSTNode, int], last: dict[cst.CSTNode, int]
    ) -> None:
        super().__init__()
        self._parents, self._order, self._last = parents, order, last
        self._stack: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if self._stack:
            self._parents[node] = self._stack[-1]
        self._order[node] = len(self._order)
        self._stack.append(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        self._stack.pop()
        self._last[original_node] = len(self._order) - 1


def _repeats(loop: Loop, chain: list[cst.CSTNode]) -> bool:
    """Whether the part of `loop` that `chain` comes up from is evaluated on every turn."""
    part = chain[-1]
    if isinstance(loop, (cst.For, cst.While)):
        return part is loop.body or (isinstance(loop, cst.While) and part is loop.test)
    first = loop.for_in
    return not (part is first and len(chain) > 1 and chain[-2] in (first.iter, first.target))


def _targets(subject: Subject, loop: Loop) -> set[str]:
    """Names that the head of a loop binds."""
    if isinstance(loop, cst.While):
        return set()
    if isinstance(loop, cst.For):
        return subject.names_in(loop.target)
    names: set[str] = set()
    clause: cst.CompFor | None = loop.for_in
    while clause is not None:
        names |= subject.names_in(clause.target)
        clause = clause.inner_for_in
    return names


def _is_variable(name: cst.Name, parent: cst.CSTNode) -> bool:
    match parent:
        case cst.Attribute():
            return parent.value is name
        case cst.Arg():
            return parent.keyword is not name
        case cst.NameItem() | cst.MatchKeywordElement() | cst.ImportFrom():
            return False
        case cst.ImportAlias():
            return parent.asname is None
    return True


def _parameter_names(parameters: cst.Parameters) -> Iterator[cst.Name]:
    groups = (parameters.posonly_params, parameters.params, parameters.kwonly_params)
    yield from (parameter.name for group in groups for parameter in group)
    for star in (parameters.star_arg, parameters.star_kwarg):
        if isinstance(star, cst.Param):
            yield star.name
