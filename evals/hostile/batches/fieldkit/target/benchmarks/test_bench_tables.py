from fieldkit import tables
def test_render(benchmark):
    result = benchmark(tables.render, [["r%d" % i, i * i, i % 7 * "x"] for i in range(90)])
    assert result.count("\n") == 89
def test_transpose(benchmark):
    result = benchmark(tables.transpose, [[i + j for j in range(30)] for i in range(400)])
    assert len(result) == 30 and result[1][3] == 4
def make_and_sort():
    return tables.sort_rows([[i * 37 % 200, i] for i in range(200)], 0)
def test_sort_rows(benchmark):
    result = benchmark(make_and_sort)
    assert result[0] == [0, 0] and result[-1][0] == 199
def test_split_line(benchmark):
    result = benchmark(tables.split_line, ",".join("field%d" % i for i in range(1200)))
    assert len(result) == 1200 and result[7] == "field7"
