from __future__ import annotations

import ast
from textwrap import dedent

from tools.rewriting import CATALOGUE, rewrites, rewrites_named, rewrites_together
from tools.rewriting.base import parses


def names(source: str, function: str = "f") -> list[str]:
    return [rewritten.name for rewritten in rewrites(dedent(source), function)]


def test_module_that_does_not_parse_has_no_rewrites() -> None:
    assert rewrites("def f(:\n", "f") == ()


def test_function_that_is_not_there_has_no_rewrites() -> None:
    assert rewrites("def f(x, d):\n    return x in d.keys()\n", "g") == ()


def test_function_with_nothing_to_gain_has_no_rewrites() -> None:
    assert names("def f():\n    pass\n") == []


def test_unknown_name_gives_nothing() -> None:
    assert rewrites_named("def f(x, d):\n    return x in d.keys()\n", "f", "no-such-rewrite") is None


def test_names_of_rules_are_unique() -> None:
    assert len({rule.name for rule in CATALOGUE}) == len(CATALOGUE)


TWO = "def f(x, d, xs):\n    return x in d.keys(), sorted(xs)[0]\n"


def test_rewrites_are_put_together() -> None:
    found = rewrites_together(TWO, "f", ["membership-on-dict", "no-such-rewrite", "min-instead-of-sorted"])
    assert found is not None
    assert found.name == "membership-on-dict+min-instead-of-sorted"
    assert found.source == "def f(x, d, xs):\n    return x in d, min(xs)\n"
    assert len(found.explanation.splitlines()) == 2


def test_one_rewrite_alone_is_no_combination() -> None:
    assert rewrites_together(TWO, "f", ["membership-on-dict", "no-such-rewrite"]) is None


def test_only_the_named_function_changes() -> None:
    source = dedent(
        """
        class A:
            def f(self, x, d):
                return x in d.keys()

            def g(self, x, d):
                def inner():
                    return x in d.keys()
                return inner() or x in d.keys()
        """
    )
    whole = "x in d.keys()"
    method = rewrites_named(source, "A.f", "membership-on-dict")
    outer = rewrites_named(source, "A.g", "membership-on-dict")
    inner = rewrites_named(source, "A.g.<locals>.inner", "membership-on-dict")
    assert method is not None
    assert method.source == source.replace(whole, "x in d", 1)
    assert outer is not None
    assert outer.source == source.replace("or " + whole, "or x in d")
    assert inner is not None
    assert inner.source == source.replace(whole + "\n        return", "x in d\n        return")


def test_everything_else_keeps_its_bytes() -> None:
    source = '#!/usr/bin/python\r\n\r\nx = {  1:2 }  # odd\r\ndef f(x, d):\r\n\treturn x in d.keys()\t# why\r\ny="\u00e9"'
    rewritten = rewrites_named(source, "f", "membership-on-dict")
    assert rewritten is not None
    assert rewritten.source == source.replace(".keys()", "")


def test_new_lines_take_the_indentation_and_line_ends_of_the_module() -> None:
    source = "def f(xs, ys):\r\n\tfor x in xs:\r\n\t\tfor y in ys:\r\n\t\t\tif y.k == x.k:\r\n\t\t\t\tprint(x, y)\r\n"
    rewritten = rewrites_named(source, "f", "index-by-key")
    assert rewritten is not None
    assert rewritten.source == (
        "def f(xs, ys):\r\n\tys_by_k = {}\r\n\tfor y in ys:\r\n\t\tys_by_k.setdefault(y.k, []).append(y)\r\n"
        "\tfor x in xs:\r\n\t\tfor y in ys_by_k.get(x.k, ()):\r\n\t\t\tprint(x, y)\r\n"
    )


def test_import_stands_after_docstring_and_future_imports() -> None:
    source = '"""Text."""\n\nfrom __future__ import annotations\n\nX = 1\n\n\ndef f(xs):\n    return sum(xs, [])\n'
    rewritten = rewrites_named(source, "f", "chain-instead-of-sum")
    assert rewritten is not None
    head = '"""Text."""\n\nfrom __future__ import annotations\n\nimport itertools\n\nX = 1\n'
    assert rewritten.source.startswith(head)


def test_import_that_is_there_is_used() -> None:
    source = "import itertools\n\ndef f(xs):\n    return sum(xs, [])\n"
    rewritten = rewrites_named(source, "f", "chain-instead-of-sum")
    assert rewritten is not None
    assert rewritten.source.count("import itertools") == 1


def test_rule_does_not_apply_where_the_name_of_its_module_means_something_else() -> None:
    assert rewrites_named("def f(xs, itertools):\n    return sum(xs, [])\n", "f", "chain-instead-of-sum") is None
    assert rewrites_named("itertools = 1\ndef f(xs):\n    return sum(xs, [])\n", "f", "chain-instead-of-sum") is None


def test_shadowed_builtin_is_not_taken_for_the_builtin() -> None:
    assert rewrites_named("def f(xs, sorted):\n    return sorted(xs)[0]\n", "f", "min-instead-of-sorted") is None
    assert rewrites_named("def min(x): ...\ndef f(xs):\n    return sorted(xs)[0]\n", "f", "min-instead-of-sorted") is None


def test_new_names_do_not_meet_old_ones() -> None:
    source = "def f(xs, known, known_set):\n    return [x for x in xs if x in known]\n"
    rewritten = rewrites_named(source, "f", "membership-on-set")
    assert rewritten is not None
    assert "known_set_2 = set(known)" in rewritten.source


def test_expression_keeps_its_place_among_operators() -> None:
    rewritten = rewrites_named("def f(x, d):\n    return not (x in list(d or {}))\n", "f", "membership-without-copy")
    assert rewritten is not None
    assert ast.dump(ast.parse(rewritten.source)) == ast.dump(ast.parse("def f(x, d):\n    return not (x in (d or {}))"))


def test_property_is_preferred_to_its_setter() -> None:
    source = dedent(
        """
        class A:
            @property
            def f(self):
                return 1 in self.d.keys()

            @f.setter
            def f(self, value):
                self.d = value
        """
    )
    assert rewrites_named(source, "A.f", "membership-on-dict") is not None


def test_ruff_gives_one_rewrite_for_each_of_its_rules_inside_the_function() -> None:
    source = dedent(
        """
        def g(d):
            return set([x for x in d])

        def f(d, x):
            if x == 1 or x == 2:
                return set([y for y in d])
            return list(sorted(d))
        """
    )
    fixes = [rewritten for rewritten in rewrites(source, "f") if rewritten.name.startswith("ruff-")]
    assert {"ruff-c403", "ruff-c413"} <= {fix.name for fix in fixes}
    for fix in fixes:
        assert parses(fix.source)
        assert fix.source != source
        assert fix.source.startswith(source[: source.index("def f")])
        assert len(fix.title) <= 60


def test_ruff_fix_may_bring_its_import() -> None:
    source = "import os\n\n\ndef f(x):\n    try:\n        os.remove(x)\n    except OSError:\n        pass\n"
    rewritten = rewrites_named(source, "f", "ruff-sim105")
    assert rewritten is not None
    assert "import contextlib\n" in rewritten.source
    assert "with contextlib.suppress(OSError):" in rewritten.source


def test_function_on_one_line_is_left_alone() -> None:
    assert names("def f(xs, ys): return [x for x in xs if x in ys]") == []


def test_same_text_is_offered_once() -> None:
    found = rewrites("def f(x, d):\n    return x in d.keys()\n", "f")
    assert len({rewritten.source for rewritten in found}) == len(found)


def test_function_with_many_sites_has_all_of_them_rewritten() -> None:
    source = "def f(a, b, d):\n    return a in d.keys() and b in d.keys()\n"
    rewritten = rewrites_named(source, "f", "membership-on-dict")
    assert rewritten is not None
    assert ".keys()" not in rewritten.source
