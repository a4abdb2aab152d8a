from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.editing import UnapplicableEdit, apply_edits, edits_between, settle_path
from tools.replies import NoChangeProposed, UnusableReply, parse_reply
from tools.values import Edit

BLOCK = """\
<<<<<<< SEARCH
    total = 0
=======
    total = 1
>>>>>>> REPLACE
"""

REPLY = f"""\
TITLE: Sum with the built-in
WHY: The loop runs in the interpreter, sum() in C.

src/pkg/text.py
```python
{BLOCK}```
"""

EDIT = Edit(path="src/pkg/text.py", search="    total = 0\n", replace="    total = 1\n")


def apply(text: bytes, search: str, replace: str, path: str = "m.py") -> bytes:
    return apply_edits({path: text}, [Edit(path=path, search=search, replace=replace)], [path])[path]


# --- what a well-written reply says


def test_title_reason_and_edit_are_read():
    reply = parse_reply(REPLY)
    assert reply.title == "Sum with the built-in"
    assert reply.explanation == "The loop runs in the interpreter, sum() in C."
    assert reply.edits == (EDIT,)


def test_several_blocks_are_several_edits_in_order():
    second = BLOCK.replace("total", "count")
    reply = parse_reply(REPLY + f"\nsrc/pkg/other.py\n```python\n{second}```\n")
    assert [edit.path for edit in reply.edits] == ["src/pkg/text.py", "src/pkg/other.py"]
    assert reply.edits[1].search == "    count = 0\n"


def test_second_block_without_a_path_belongs_to_the_file_of_the_first():
    reply = parse_reply(f"src/pkg/text.py\n```python\n{BLOCK}\n{BLOCK.replace('total', 'count')}```")
    assert [edit.path for edit in reply.edits] == ["src/pkg/text.py"] * 2


def test_empty_replacement_removes_the_lines():
    reply = parse_reply("m.py\n<<<<<<< SEARCH\nx = 1\n=======\n>>>>>>> REPLACE")
    assert reply.edits == (Edit(path="m.py", search="x = 1\n", replace=""),)


# --- what real models send


@pytest.mark.parametrize(
    "above",
    [
        "`src/pkg/text.py`",
        "**src/pkg/text.py**",
        "### File: `src/pkg/text.py`:",
        "./src/pkg/text.py",
        "a/src/pkg/text.py",
        "src\\pkg\\text.py",
        "Now I change `src/pkg/text.py` (the loop of str.join):",
        "# src/pkg/text.py",
        "src/pkg/text.py\n\n",
        "text.py",
        "pkg/text.py",
        "",
        "This is what str.join is for:",
    ],
)
def test_path_is_understood_however_it_is_written(above):
    reply = parse_reply(f"{above}\n```python\n{BLOCK}```\n", allowed=["src/pkg/text.py"])
    assert reply.edits == (EDIT,)


@pytest.mark.parametrize(
    "fence", ["```python:src/pkg/text.py", "```src/pkg/text.py", "```python src/pkg/text.py", "~~~ src/pkg/text.py"]
)
def test_path_in_the_fence_is_understood(fence):
    assert parse_reply(f"Here:\n\n{fence}\n{BLOCK}```\n").edits == (EDIT,)


def test_path_inside_the_fence_or_beside_the_marker_is_understood():
    assert parse_reply(f"```python\n# src/pkg/text.py\n{BLOCK}```\n").edits == (EDIT,)
    assert parse_reply(BLOCK.replace("SEARCH", "SEARCH src/pkg/text.py")).edits == (EDIT,)


def test_missing_path_is_empty_when_no_file_is_known():
    assert parse_reply(BLOCK).edits[0].path == ""


def test_longer_path_is_not_taken_for_the_allowed_one_inside_it():
    reply = parse_reply(f"tests/src/pkg/text.py\n{BLOCK}", allowed=["src/pkg/text.py"])
    assert reply.edits[0].path == "tests/src/pkg/text.py"


def test_sentence_that_mentions_another_file_does_not_name_the_edited_one():
    reply = parse_reply(f"This was slow as in other.py, too:\n\n{BLOCK}", allowed=["src/pkg/text.py"])
    assert reply.edits == (EDIT,)


def test_path_with_blanks_is_found_when_it_is_allowed():
    assert parse_reply(f"In `my code/a b.py`:\n{BLOCK}", allowed=["my code/a b.py"]).edits[0].path == "my code/a b.py"


def test_edit_indented_as_a_whole_is_read():
    indented = "".join(f"  {line}\n" for line in REPLY.splitlines())
    assert parse_reply(indented).edits[0].search == "      total = 0\n"


def test_prose_and_other_fences_around_the_edit_are_passed_over():
    before = "Sure! The slow part is\n\n```python\nfor x in y:\n    ...\n```\n\n"
    after = "\nTry it:\n```sh\npytest\n```\nHope it helps!"
    assert parse_reply(before + REPLY + after).edits == (EDIT,)


def test_missing_fences_do_not_matter():
    assert parse_reply(f"src/pkg/text.py\n{BLOCK}").edits == (EDIT,)


def test_crlf_reply_reads_like_lf():
    assert parse_reply(REPLY.replace("\n", "\r\n")) == parse_reply(REPLY)


def test_tabs_stay_tabs():
    assert parse_reply(REPLY.replace("    ", "\t")).edits[0].search == "\ttotal = 0\n"


def test_fences_inside_the_code_belong_to_the_code():
    code = '    """Example:\n\n    ```python\n    f(1)\n    ```\n    """\n'
    reply = parse_reply(f"m.py\n```python\n<<<<<<< SEARCH\n{code}    x = 1\n=======\n{code}    x = 2\n>>>>>>> REPLACE\n```")
    assert reply.edits[0].search == code + "    x = 1\n"


def test_fences_inside_the_markers_are_taken_off():
    reply = "m.py\n<<<<<<< SEARCH\n```python\nx = 1\n```\n=======\n```python\nx = 2\n```\n>>>>>>> REPLACE"
    assert parse_reply(reply).edits == (Edit(path="m.py", search="x = 1\n", replace="x = 2\n"),)


def test_heading_underlined_in_a_docstring_is_no_divider():
    body = '    """Counts\n    =======\n    """\n'
    reply = parse_reply(f"m.py\n<<<<<<< SEARCH\n{body}    x = 1\n=======\n{body}    x = 2\n>>>>>>> REPLACE")
    assert reply.edits[0].replace == body + "    x = 2\n"


def test_thoughts_before_the_answer_are_passed_over():
    draft = BLOCK.replace("total", "draft")
    assert parse_reply(f"<think>\nMaybe:\n{draft}</think>\n{REPLY}").edits == (EDIT,)
    assert parse_reply(f"Maybe:\n{draft}\n</think>\n{REPLY}").edits == (EDIT,)


def test_two_hundred_kilobytes_of_prose_are_read():
    prose = ("word " * 40 + "\n") * 1_000 + "a" * 100_000 + "\n" + "*" * 50_000 + "\n"
    assert parse_reply(prose + REPLY + prose).edits == (EDIT,)


def test_edit_told_twice_is_one_edit():
    assert parse_reply(REPLY + REPLY).edits == (EDIT,)


def test_edit_that_changes_nothing_is_dropped_beside_one_that_does():
    same = "src/pkg/text.py\n<<<<<<< SEARCH\na\n=======\na\n>>>>>>> REPLACE\n"
    assert parse_reply(same + REPLY).edits == (EDIT,)


def test_lone_surrogates_do_not_break_the_reader():
    assert parse_reply(REPLY.replace("interpreter", "\ud800")).edits == (EDIT,)


def test_markdown_in_title_and_reason_is_taken_off():
    reply = parse_reply(REPLY.replace("TITLE:", "**TITLE:**").replace("WHY:", "- **Why**:"))
    assert (reply.title, reply.explanation[:8]) == ("Sum with the built-in", "The loop")


def test_reason_over_several_lines_ends_at_the_empty_line():
    reply = parse_reply(REPLY.replace("interpreter, sum", "interpreter,\nsum"))
    assert reply.explanation == "The loop runs in the interpreter, sum() in C."


def test_missing_title_is_taken_from_the_reason_or_the_first_words():
    without = REPLY.replace("TITLE: Sum with the built-in\n", "")
    assert parse_reply(without).title == "The loop runs in the interpreter, sum() in C"
    assert parse_reply(f"Use sum(). It is faster.\n\nm.py\n{BLOCK}").title == "Use sum()"
    assert parse_reply(f"m.py\n{BLOCK}").title == "Speed up m.py"


def test_long_title_is_shortened_at_a_word():
    title = parse_reply(REPLY.replace("Sum with", "Sum with " + "very " * 30)).title
    assert len(title) <= 60
    assert title.endswith("very")


# --- what is refused, with the reason


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("I would use a set.", "no edit"),
        (REPLY[: REPLY.index("    total = 1")], "ends inside an edit"),
        (REPLY[: REPLY.index(">>>>>>>")], "ends inside an edit"),
        (REPLY + REPLY[: REPLY.index("=======")], "ends inside an edit"),
        ("m.py\n```python\n<<<<<<", "ends inside an edit"),
        ("<think>\nLet me see" + REPLY[:80], "inside its thinking"),
        (REPLY.replace(">>>>>>> REPLACE\n", BLOCK), "inside another edit"),
        (REPLY.replace("=======\n", ""), "no ======= line"),
        (REPLY.replace("=======\n", "=======\nx\n=======\n"), "more than one ======= line"),
        (REPLY.replace("total = 1", "total = 0"), "changes nothing"),
        ("Here:\n```python\ndef f(x):\n    return sum(x)\n```", "without SEARCH/REPLACE markers"),
        ("No change in behaviour, only faster:\n```python\nx = 1\n```", "without SEARCH/REPLACE markers"),
        ("m.py\n<<<<<<< SEARCH\n    Name\n    =======\n>>>>>>> REPLACE", "no ======= line"),
        ("--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x\n+y\n", "a diff"),
        (REPLY.replace("    total = 1", "    total = 1\n    # ... rest unchanged"), "leaves out code"),
        (REPLY.replace("    total = 1", "    total = 1\n    ..."), "leaves out code"),
        (REPLY.replace("    total = 1", "    total = 1\n    # rest of the function is unchanged"), "leaves out code"),
        (REPLY.replace("    total = 0", "    total = 0\n    # ... existing code ..."), "leaves out code"),
    ],
)  # fmt: skip
def test_unusable_reply_is_refused_with_its_reason(reply, reason):
    with pytest.raises(UnusableReply, match=reason):
        parse_reply(reply)


@pytest.mark.parametrize(
    "reply", ["NO CHANGE: it is optimal", "**NO CHANGE:** it is optimal", "I looked.\n\nNo change: it is optimal\n"]
)
def test_no_change_is_an_answer_of_its_own(reply):
    with pytest.raises(NoChangeProposed, match="no change: it is optimal"):
        parse_reply(reply)


def test_ellipsis_that_the_code_has_is_kept():
    reply = parse_reply("m.py\n<<<<<<< SEARCH\n    ...\nx = 1\n=======\n    ...\nx = 2\n>>>>>>> REPLACE")
    assert reply.edits[0].search == "    ...\nx = 1\n"


@given(st.text())
def test_any_text_is_read_or_refused(text):
    with suppress(UnusableReply):
        assert parse_reply(text).edits


@given(st.lists(st.sampled_from([*REPLY.splitlines(), "...", "</think>", "NO CHANGE", "x = 1"])))
def test_any_shuffled_reply_is_read_or_refused(lines):
    with suppress(UnusableReply):
        assert parse_reply("\n".join(lines)).edits


# --- applying


def test_edit_is_applied_where_its_text_stands():
    assert apply(b"a = 1\nb = 2\n", "b = 2\n", "b = 3\n") == b"a = 1\nb = 3\n"


def test_later_edits_see_the_text_that_earlier_ones_left():
    edits = [Edit(path="m.py", search="a\n", replace="b\n"), Edit(path="m.py", search="b\n", replace="c\n")]
    assert apply_edits({"m.py": b"a\n"}, edits, ["m.py"]) == {"m.py": b"c\n"}


def test_only_changed_files_are_returned():
    edits = [Edit(path="m.py", search="a", replace="b")]
    assert apply_edits({"m.py": b"a", "n.py": b"a"}, edits, ["m.py", "n.py"]) == {"m.py": b"b"}


@pytest.mark.parametrize(
    ("text", "search", "reason"),
    [
        (b"a\n", "b\n", "0 times"),
        (b"a\nb\na\n", "a\n", "2 times"),
        (b"aaa\n", "aa", "2 times"),
        (b"    a\n  a\n", "a\n", "2 times"),
        (b"    a\n    b\n  a\n  b\n", "a\nb\n", "2 times when indentation is ignored"),
        (b"a\n", "", "2 times"),
        (b"a\n\n\n", " \n", "0 times"),
        (b"def f():\n\ta = 1\n\tb = 1\n", "def f():\n    a = 1\n", "indented with tabs, the edit with spaces"),
        (b"def f():\n    a = 1\n", "def f():\n\ta = 1\n", "edit is indented with tabs"),
        (b"a\nb\nc\n", "a\n...\nc\n", "line of dots"),
    ],
)  # fmt: skip
def test_edit_that_does_not_fit_once_is_refused(text, search, reason):
    with pytest.raises(UnapplicableEdit, match=reason):
        apply(text, search, "new\n")


def test_edit_that_changes_nothing_is_refused():
    with pytest.raises(UnapplicableEdit, match="changes nothing"):
        apply(b"a\n", "a\n", "a\n")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("n.py", "may not be changed"),
        ("tests/m.py", "may not be changed"),
        ("../m.py", "leads out"),
        ("src/../m.py", "leads out"),
        ("/etc/m.py", "leads out"),
        ("~/m.py", "leads out"),
        ("C:\\m.py", "leads out"),
        ("gone.py", "does not exist"),
    ],
)
def test_edit_of_another_file_is_refused(path, reason):
    with pytest.raises(UnapplicableEdit, match=reason):
        apply_edits({"m.py": b"a", "n.py": b"a"}, [Edit(path=path, search="a", replace="b")], ["m.py", "gone.py"])


def test_path_without_name_is_refused_when_several_files_are_allowed():
    with pytest.raises(UnapplicableEdit, match="names no file"):
        settle_path("", ["m.py", "n.py"])


def test_short_path_is_refused_when_two_files_end_in_it():
    with pytest.raises(UnapplicableEdit, match="may not be changed"):
        settle_path("m.py", ["a/m.py", "b/m.py"])


def test_folder_named_a_is_not_taken_for_the_prefix_of_a_diff():
    assert settle_path("a/m.py", ["a/m.py", "m.py"]) == "a/m.py"
    assert settle_path("a/m.py", ["m.py"]) == "m.py"


def test_crlf_file_stays_crlf():
    assert apply(b"a\r\nb\r\nc\r\n", "a\nb\n", "a\nx\ny\n") == b"a\r\nx\r\ny\r\nc\r\n"


def test_lines_outside_the_change_keep_their_mixed_endings():
    assert apply(b"a\nb\r\nc\nd\r\ne\r\n", "a\nb\nc\nd\n", "a\nb\nX\nd\n") == b"a\nb\r\nX\nd\r\ne\r\n"


def test_byte_order_mark_stays():
    assert apply(b"\xef\xbb\xbfa = 1\n", "a = 1\n", "a = 2\n") == b"\xef\xbb\xbfa = 2\n"
    assert apply(b"\xef\xbb\xbfa\n", "a\n", "b\n", "m.txt") == b"\xef\xbb\xbfb\n"


def test_missing_final_newline_stays_missing():
    assert apply(b"a\nb", "b\n", "c\n") == b"a\nc"
    assert apply(b"a\nb", "a\nb\n", "c\n") == b"c"


def test_file_is_written_in_its_own_encoding():
    text = "# -*- coding: latin-1 -*-\nname = 'é'\n".encode("latin-1")
    assert apply(text, "name = 'é'\n", "name = 'ü'\n") == text.replace(b"\xe9", b"\xfc")


@pytest.mark.parametrize(
    ("text", "search", "replace", "reason"),
    [
        (b"# coding: latin-1\na\n", "a\n", "\u20ac\n", "cannot hold"),
        (b"# coding: latin-1\na\n", "# coding: latin-1\n", "# coding: utf-8\n", "changes the encoding"),
        (b"# coding: nonsense\na\n", "a\n", "b\n", "not known"),
        (b"# coding: rot13\na\n", "a\n", "b\n", "cannot be read"),
        (b"a\n\xff\n", "a\n", "b\n", "cannot be read|not known"),
    ],
)
def test_edit_that_the_encoding_cannot_take_is_refused(text, search, replace, reason):
    with pytest.raises(UnapplicableEdit, match=reason):
        apply(text, search, replace)


def test_lost_indentation_is_put_back():
    text = b"class A:\n    def f(self):\n        x = 1\n        return x\n"
    edited = apply(text, "def f(self):\n    x = 1\n", "def f(self):\n    if self:\n        x = 2\n")
    assert edited == b"class A:\n    def f(self):\n        if self:\n            x = 2\n        return x\n"


def test_indentation_too_deep_is_taken_off():
    assert apply(b"def f():\n  a\n  b\n", "      a\n      b\n", "      c\n\n        d\n") == b"def f():\n  c\n\n    d\n"


def test_replacement_indented_less_than_the_shift_is_refused():
    with pytest.raises(UnapplicableEdit, match="indented less"):
        apply(b"  a\n  b\n", "    a\n    b\n", " c\n")


def test_trailing_blanks_are_ignored_and_kept_in_lines_that_stay():
    assert apply(b"a  \nb\t\nc\n", "a\nb\n", "a\nx\n") == b"a  \nx\nc\n"


def test_whole_line_is_not_replaced_inside_a_deeper_one():
    edited = apply(b"def f():\n    x = 1\n", "x = 1\n", "x = 1\ny = 2\n")
    assert edited == b"def f():\n    x = 1\n    y = 2\n"


def test_loose_match_removes_whole_lines():
    assert apply(b"  a\n  b\nc\n", "a\nb\n", "") == b"c\n"


# --- making


PIECES = st.lists(st.sampled_from(["a\n", "b\n", "  a\n", "\n", "a", "é\x0c\u2028", "c\r\n", "\r", "\r\n"]), max_size=12)
TEXTS = PIECES.map("".join)


@given(TEXTS, TEXTS)
def test_edits_between_two_texts_turn_one_into_the_other(old, new):
    edits = edits_between("m.txt", old, new)
    result = apply_edits({"m.txt": old.encode()}, edits, ["m.txt"])
    assert result.get("m.txt", old.encode()).decode() == new


@given(TEXTS, TEXTS)
def test_each_search_is_unique_at_its_turn(old, new):
    text = old
    for edit in edits_between("m.txt", old, new):
        if "\r" not in old:
            assert text.count(edit.search) == 1 or text == edit.search == ""
        text = apply_edits({"m.txt": text.encode()}, [edit], ["m.txt"])["m.txt"].decode()


@given(st.text(), st.text())
def test_edits_between_any_texts_are_exact_or_refused(old, new):
    if old.startswith("\ufeff") != new.startswith("\ufeff"):
        with pytest.raises(ValueError, match="byte order mark"):
            edits_between("m.txt", old, new)
        return
    result = apply_edits({"m.txt": old.encode()}, edits_between("m.txt", old, new), ["m.txt"])
    assert result.get("m.txt", old.encode()).decode() == new


@given(PIECES, PIECES, PIECES)
def test_text_around_a_unique_edit_stays_byte_for_byte(before, middle, after):
    old, new = "<unique>\n", "".join(middle).replace("\r", "")
    text = "".join([*before, "\n", old, *after])
    narrow = apply_edits({"m.txt": text.encode()}, [Edit(path="m.txt", search=old, replace=new)], ["m.txt"])["m.txt"]
    head, tail = text.split(old) if old in text else text.split("<unique>\r\n")
    assert narrow.startswith(head.encode())
    assert narrow.endswith(tail.encode())


def test_one_changed_line_makes_one_small_edit():
    old = "".join(f"line {number}\n" for number in range(1_000))
    edits = edits_between("m.py", old, old.replace("line 500\n", "line five hundred\n"))
    assert edits == (Edit(path="m.py", search="line 500\n", replace="line five hundred\n"),)


def test_context_grows_until_the_search_is_unique():
    old = "a\nx\nb\nx\nc\n"
    assert edits_between("m.py", old, "a\nx\nb\nz\nc\n") == (Edit(path="m.py", search="b\nx\n", replace="b\nz\n"),)


def test_equal_texts_need_no_edit():
    assert edits_between("m.py", "a\n", "a\n") == ()
