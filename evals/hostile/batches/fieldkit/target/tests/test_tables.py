from fieldkit import tables
def test_render(): assert tables.render([["a", 1], ["bbb", 22]]) == "a   | 1\nbbb | 22"
def test_transpose(): assert tables.transpose([[1, 2], [3, 4]]) == [[1, 3], [2, 4]]
def test_sort(): assert tables.sort_rows([[2, "a"], [1, "b"]], 0) == [[1, "b"], [2, "a"]]
def test_split(): assert tables.split_line('a,"b,c",d') == ["a", "b,c", "d"]
