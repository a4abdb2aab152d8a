from stockroom.report import print_stock, text_table


def test_print_stock(capsys):
    print_stock([("bolt", 4), ("nut", 12)], width=6)
    assert capsys.readouterr().out == "bolt..4\nnut...12\n--\n"


def test_text_table():
    assert text_table([["a", 1], ["bcd", 22]]) == "a    1\nbcd  22"
    assert text_table([]) == ""
