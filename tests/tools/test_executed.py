"""Which statements a change brings, and whether they ran."""

from tools.executed import changed_names, executed, lines, ways

OLD = b'''\
def total(values):
    """Sum."""
    if not values:
        return 0
    found = 0
    for value in values:
        found = found + value
    return found
'''
NEW = b'''\
def total(values):
    """Sum of all."""
    if not values:
        return 0
    if len(values) > 1000:
        return sum(values, 0)
    return sum(values)
'''
EVERYTHING = frozenset(range(1, 100))


def test_only_what_the_old_functions_do_not_have_counts():
    found = executed(OLD, NEW, EVERYTHING, EVERYTHING)
    assert (found.changed, found.ran, found.missing) == (3, 3, ())


def test_a_changed_statement_that_did_not_run_is_named():
    found = executed(OLD, NEW, EVERYTHING, frozenset({3, 4, 5, 7}))
    assert [(one.first, one.text) for one in found.missing] == [(6, "return sum(values, 0)")]


def test_a_docstring_is_no_statement():
    assert executed(OLD, OLD.replace(b"Sum.", b"The sum."), EVERYTHING, frozenset()).changed == 0


def test_moved_statements_are_not_changed():
    helper = (
        OLD.replace(b"def total(values):", b"def helper(values):") + b"\n\ndef total(values):\n    return helper(values)\n"
    )
    assert executed(OLD, helper, EVERYTHING, EVERYTHING).changed == 1


def test_a_branch_that_did_not_run_before_either_is_excused():
    new = OLD.replace(b"return 0", b"return 0 + 0")
    assert executed(OLD, new, EVERYTHING, frozenset({3})).missing
    found = executed(OLD, new, EVERYTHING - {4}, frozenset({3}))
    assert (found.missing, len(found.excused)) == ((), 1)


def test_a_new_branch_is_never_excused():
    new = OLD.replace(b"    found = 0\n", b"    found = 0\n    if values[0] == 42:\n        return 43\n")
    found = executed(OLD, new, frozenset(), EVERYTHING - {7})
    assert [one.text for one in found.missing] == ["return 43"]


def test_what_stands_after_an_import_error_is_excused():
    new = OLD.replace(
        b"    found = 0\n", b"    try:\n        import fast\n    except ImportError:\n        fast = None\n    found = 0\n"
    )
    found = executed(OLD, new, EVERYTHING, EVERYTHING - {8})
    assert [one.text for one in found.excused] == ["fast = None"]


def test_a_text_that_cannot_be_read_has_no_statements():
    assert executed(OLD, b"def total(:", EVERYTHING, EVERYTHING).changed == 0


def test_ways_out_of_conditions_are_counted():
    steps = frozenset({(0, 3), (3, 5), (5, 7), (7, 0)})
    assert ways(NEW, ["total"], steps) == (2, 4)
    assert ways(NEW, ["total"], steps | {(3, 4), (5, 6)}) == (4, 4)
    assert ways(NEW, [], steps) == (0, 0)
    assert lines(steps) == {3, 5, 7}


def test_changed_functions_are_the_outermost_ones_with_another_text():
    assert changed_names(OLD, NEW) == ("total",)
    assert changed_names(OLD, OLD + b"\n\nclass A:\n    def b(self):\n        pass\n") == ("A.b",)
