from labnotes.parse import evaluate, parse_table

FORMULA = " + ".join(f"({i} * {i % 7 + 1} - {i * 3 % 11}.5) / {i % 5 + 1}" for i in range(150))
TABLE = "id,name,mass,note\n" + "\n".join(
    f"{i},sample {i % 17},{i * 37 % 1000 / 8},{'ok' if i % 3 else 'check'}" for i in range(600)
)


def test_evaluate(benchmark):
    assert benchmark(evaluate, FORMULA) > 0


def test_parse_table(benchmark):
    assert len(benchmark(parse_table, TABLE)) == 600
