import pytest
from pydantic import ValidationError

from agent.errors import OptimizeError
from agent.settings import Settings, read_settings, where_python_is_named


def project(folder, text):
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_project_without_settings_has_the_defaults(tmp_path):
    assert read_settings(tmp_path, {}) == Settings()
    assert read_settings(project(tmp_path, "[project]\nname = 'x'"), {}) == Settings()
    assert Settings().model == ("rules",)


def test_table_of_the_project_is_read_with_dashes_or_underscores(tmp_path):
    found = read_settings(project(tmp_path, "[tool.optimize]\nmin-gain = 0.2\nmax_cost = 3\nguidance = 'no numpy'"), {})
    assert (found.min_gain, found.max_cost, found.guidance) == (0.2, 3.0, "no numpy")


def test_command_line_wins_over_the_project(tmp_path):
    table = "[tool.optimize]\nmin_gain = 0.2\nonly = ['a.py']\nallow_caching = true"
    found = read_settings(project(tmp_path, table), {"min_gain": 0.3, "only": ("b.py",)})
    assert (found.min_gain, found.only, found.allow_caching) == (0.3, ("b.py",), True)


def test_what_the_command_line_leaves_out_is_not_given(tmp_path):
    given = {"min_gain": None, "only": (), "allow_caching": None}
    table = "[tool.optimize]\nmin_gain = 0.2\nonly = ['a.py']\nallow_caching = true"
    found = read_settings(project(tmp_path, table), given)
    assert (found.min_gain, found.only, found.allow_caching) == (0.2, ("a.py",), True)


def test_zero_on_the_command_line_is_given(tmp_path):
    found = read_settings(project(tmp_path, "[tool.optimize]\nmin_gain = 0.2\nseed = 5"), {"min_gain": 0.0, "seed": 0})
    assert (found.min_gain, found.seed) == (0.0, 0)


@pytest.mark.parametrize("key", ["model", "only", "function", "exclude", "allow_read"])
def test_one_text_is_a_list_of_one(tmp_path, key):
    found = read_settings(project(tmp_path, f"[tool.optimize]\n{key} = 'one'"), {})
    assert getattr(found, key) == ("one",)


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("min_gain = 'much'", "min_gain"),
        ("min_gain = -0.1", "min_gain"),
        ("min_gain = nan", "min_gain"),
        ("attempts = 0", "attempts"),
        ("max_cost = -1", "max_cost"),
        ("sandbox = 'maybe'", "sandbox"),
        ("max_changed_lines = 0", "max_changed_lines"),
        ("allow_new_imports = 'numpy'", "allow_new_imports"),
        ("only = 3", "only"),
        ("only = [3]", "only.0"),
        ("no_such_setting = 1", "no_such_setting"),
    ],
)
def test_setting_that_does_not_fit_is_named(tmp_path, table, name):
    with pytest.raises(OptimizeError, match=rf"\[tool.optimize\] or the command line: {name}: "):
        read_settings(project(tmp_path, f"[tool.optimize]\n{table}"), {})


def test_unknown_setting_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(OptimizeError, match="Known settings: allow_caching, "):
        read_settings(project(tmp_path, "[tool.optimize]\nmin-gian = 1"), {})


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\noptimize = 3", "[[tool.optimize]]\nmin_gain = 0.1"])
def test_settings_that_are_no_table_are_refused(tmp_path, text):
    with pytest.raises(OptimizeError, match="must be a table"):
        read_settings(project(tmp_path, text), {})


@pytest.mark.parametrize("content", [b"[tool.optimize", b"\xff\xfe"])
def test_file_that_is_no_toml_is_named(tmp_path, content):
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(OptimizeError, match=r"pyproject.toml cannot be read"):
        read_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (".venv/bin/python", "{}/.venv/bin/python"),
        ("python3.9", "python3.9"),
        ("/opt/python", "/opt/python"),
        ("~/p", "~/p"),
    ],
)
def test_python_that_the_project_names_lies_in_the_project(tmp_path, named, expected):
    (tmp_path / "pyproject.toml").write_text(f'[tool.optimize]\npython = "{named}"\nbuild = "make"\n')
    settings = read_settings(tmp_path, {})
    assert settings.python == expected.format(tmp_path)
    assert settings.build == "make"
    assert where_python_is_named(tmp_path, settings.python) == "[tool.optimize] python"


def test_python_of_the_command_line_lies_where_that_was_given(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[tool.optimize]\npython = ".venv/bin/python"\n')
    monkeypatch.chdir("/usr")
    settings = read_settings(tmp_path, {"python": "bin/python3"})
    assert settings.python == "/usr/bin/python3"
    assert where_python_is_named(tmp_path, settings.python) == "--python"


def test_settings_come_back_from_json_as_they_were():
    settings = Settings(model=("rules", "openai/x"), only=("a*",), max_minutes=1.5, python="/usr/bin/python3")
    assert Settings.model_validate(settings.model_dump(mode="json")) == settings


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings().seed = 3
