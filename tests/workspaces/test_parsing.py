import threading

import pytest

from workspaces.parsing import parse


def test_threads_that_parse_at_the_same_time_all_get_their_trees():
    source = "x = " + "(" * 80 + "1" + ")" * 80 + "\n" + "def f(a):\n    return [b for b in a if b]\n" * 500
    failed = []

    def work():
        try:
            for _ in range(20):
                parse(source)
        except BaseException as error:  # noqa: BLE001  what is looked for is a SystemError
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_what_does_not_parse_raises_as_ever():
    with pytest.raises(SyntaxError):
        parse("def")
    assert parse(b"x = '\\d'").body  # and warns nobody
