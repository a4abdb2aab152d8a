"""Inputs for functions that nobody was seen to call: from docstring examples, annotations, docstrings' types, or guesses.

Standard library and hypothesis, where the overlay has it; Python 3.9 syntax.
"""

import contextlib
import inspect
import io
import itertools
import re
import sys
import typing
import warnings

from verispeed_packing import CannotPack, pack

MOST_EXAMPLES = 120
MOST_BYTES = 200_000
GUESSES_EACH = 12  # calls made for one combination of types
MOST_COMBINATIONS = 60
KINDS = {
    "int": int, "integer": int, "float": float, "number": float, "str": str, "string": str, "text": str, "bool": bool,
    "boolean": bool, "bytes": bytes, "complex": complex,
}  # fmt: skip
LISTS = ("list", "sequence", "iterable", "array", "tuple", "set", "collection")
GUESSED = (int, str, typing.List[int], typing.List[str], float, typing.List[float], typing.Dict[str, int], bytes,
           typing.List[typing.List[int]], typing.Set[int], typing.List[typing.Dict[str, int]])  # fmt: skip
FIELD = re.compile(
    r":type\s+(\w+):\s*(.+)|:param\s+([\w\[\] ,.]+?)\s+(\w+):|^\s*(\w+)\s*(?:\(([^)]+)\)\s*:|:\s*([\w\[\], .]+)$)",
    re.MULTILINE,
)


def documented(module, name):
    """Run the examples in the docstrings of a function, of what is around it, and of its module."""
    import doctest

    found, place = [], sys.modules.get(module)
    around = [place]
    for part in name.split("."):
        place = getattr(place, part, None)
        around.append(place)
    finder = doctest.DocTestFinder(recurse=False)
    for one in around:
        with contextlib.suppress(Exception):  # whatever stands there
            found += finder.find(one, name, module=sys.modules.get(module))
    runner = doctest.DocTestRunner(verbose=False)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for test in found:
            with contextlib.suppress(BaseException):  # examples may do anything
                runner.run(test, out=lambda text: None)


def typed(function, owner, name, seed):
    """Packed calls with arguments of the types that annotations or the docstring name."""
    hints = hints_of(function)
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [one for one in parameters if one.default is one.empty and one.kind not in variable]
    if any(one.name not in hints for one in needed[owner is not None :]):
        return
    try:
        from hypothesis import strategies  # it takes a second
    except ImportError:
        return
    given, named, starred = [], {}, None
    method = owner is not None and not isinstance(vars(owner).get(name.rpartition(".")[2]), staticmethod)
    for place, one in enumerate(parameters):
        if place == 0 and method:
            is_class = isinstance(vars(owner).get(name.rpartition(".")[2]), classmethod) or one.name == "cls"
            strategy = strategies.just(owner) if is_class else made(owner, strategies)
        elif one.name in hints:
            strategy = of_type(hints[one.name], strategies)
        elif one.default is not one.empty:
            strategy = strategies.just(one.default)
            if type(one.default) in (bool, int, float, str):
                strategy = strategy | of_type(type(one.default), strategies)
        elif one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            continue
        else:
            return
        if strategy is None:
            return
        if one.kind is one.VAR_POSITIONAL:
            starred = strategies.lists(strategy, max_size=4)
        elif one.kind is one.KEYWORD_ONLY:
            named[one.name] = strategy
        elif one.kind is not one.VAR_KEYWORD:
            given.append(strategy)
    whole = strategies.tuples(
        strategies.tuples(*given), starred or strategies.just([]), strategies.fixed_dictionaries(named)
    )
    for arguments, more, keywords in drawn(whole, seed):
        with contextlib.suppress(CannotPack):
            yield pack(((*arguments, *more), keywords), MOST_BYTES)


def drawn(strategy, seed):
    """Examples of a strategy, as hypothesis makes them for a test."""
    import hypothesis

    found = []
    settings = hypothesis.settings(
        max_examples=MOST_EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )

    def keep(value):
        found.append(value)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):  # a type that cannot be made
            hypothesis.seed(seed)(settings(hypothesis.given(strategy)(keep)))()
    return found


def of_type(hint, strategies):
    """Values of a type; None where hypothesis knows no way."""
    try:
        found = strategies.from_type(hint)
        found.validate()
    except Exception:  # a type that cannot be made
        return None
    return found


def made(owner, strategies):
    """Objects of a class, by its constructor."""
    try:
        parameters = list(inspect.signature(owner).parameters.values())
    except (TypeError, ValueError):
        return None
    needed = [
        one for one in parameters if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    hints = hints_of(owner.__init__)
    known = {one.name: of_type(hints[one.name], strategies) for one in parameters if one.name in hints}
    if any(known.get(one.name) is None for one in needed):
        return None
    return strategies.builds(owner, **{name: one for name, one in known.items() if one is not None})


def hints_of(function):
    """{parameter: type}, from annotations, or else as the docstring says."""
    try:
        hints = typing.get_type_hints(function)
    except Exception:  # a name that is only there for type checkers
        hints = {}
    for name, kind in said_types(inspect.getdoc(function) or "").items():
        hints.setdefault(name, kind)
    return hints


def said_types(text):
    """{name: type} of the parameters that a docstring tells the types of, in any of the common styles."""
    found = {}
    for match in FIELD.finditer(text):
        rest, said, kind, name, other, google, numpy = match.groups()
        name, kind = (rest, said) if rest else (name, kind) if name else (other, google or numpy)
        known = type_said(kind)
        if name and known is not None:
            found[name] = known
    return found


def type_said(text):
    """A type from words such as "list of int"; None where they are no type."""
    words = re.findall(r"[a-z]+", (text or "").lower())
    words = [one for one in words if one not in ("of", "a", "an", "the", "optional", "default", "typing", "or", "none")]
    if not words:
        return None
    if words[0] in LISTS:
        inner = next((KINDS[one.rstrip("s")] for one in words[1:] if one.rstrip("s") in KINDS), None)
        if inner is None:
            return None
        whole = {"tuple": typing.Tuple[inner, ...], "set": typing.Set[inner]}
        return whole.get(words[0], typing.List[inner])
    if words[0] == "dict" and len(words) == 3 and words[1] in KINDS and words[2] in KINDS:
        return typing.Dict[KINDS[words[1]], KINDS[words[2]]]
    return KINDS.get(words[0])


def guessed(function, owner, source):
    """Lists of packed calls, one for each combination of common types of the parameters that have no default."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return
    if owner is not None:
        return  # an object that nobody was seen to make
    needed = [
        one for one in parameters if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    if any(one.kind is one.KEYWORD_ONLY for one in needed):
        return
    if not needed:
        yield [pack(((), {}), MOST_BYTES)]
        return
    hints = hints_of(function)
    kinds = [[hints[one.name]] if hints.get(one.name) in GUESSED else GUESSED for one in needed]
    for combination in itertools.islice(itertools.product(*kinds), MOST_COMBINATIONS):
        yield [pack((tuple(example(kind, source) for kind in combination), {}), MOST_BYTES) for _ in range(GUESSES_EACH)]


def example(kind, source, depth=0):
    """A small value of a type."""
    if kind is int:
        return source.choice((0, 1, 2, 3, 5, 8, 12, -1, source.randrange(100)))
    if kind is float:
        return source.choice((0.0, 1.0, -1.5, 2.5, source.uniform(-10, 10)))
    if kind is str:
        letters = source.choice(("abc", "abcdefghij xyz", "0123456789", "aA bB,;\n", "ab\xe9\xdf"))
        return "".join(source.choice(letters) for _ in range(source.randrange(12)))
    if kind is bytes:
        return bytes(source.randrange(256) for _ in range(source.randrange(8)))
    inner = typing.get_args(kind)
    size = source.randrange(0, 7)
    if typing.get_origin(kind) is dict:
        return {example(inner[0], source): example(inner[1], source) for _ in range(size)}
    items = [example(inner[0], source, depth + 1) for _ in range(size)]
    return set(items) if typing.get_origin(kind) is set else items
