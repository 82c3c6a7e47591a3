"""Line numbers of keys in TOML files of every shape."""

import tomllib
from typing import Any

from callcheck.config.lines import Lines, Loc

TEXT = '''# a comment
top = 1
[site]
name = "x = y"   # name = no
"quoted key" = 2
a.b.c = 3
text = """
[not.a.table]
key = 1
"""
after = 4

[[unit]]
id = "one"
list = [
  "a = b",
  "c",
]
[[unit.member]]
extension = "1"
[[unit.member]]
extension = "2"
[[ unit ]]  # with spaces
id = "two"
[[unit.member]]
extension = "3"
[hours.weekdays]
mon = "x"
'''


def test_every_key_has_its_line() -> None:
    lines = Lines(TEXT)
    where: dict[Loc, int] = {
        ("top",): 2,
        ("site",): 3,
        ("site", "name"): 4,
        ("site", "quoted key"): 5,
        ("site", "a", "b", "c"): 6,
        ("site", "text"): 7,
        ("site", "after"): 11,
        ("unit", 0): 13,
        ("unit", 0, "id"): 14,
        ("unit", 0, "list", 1): 15,
        ("unit", 0, "member", 1, "extension"): 22,
        ("unit", 1): 23,
        ("unit", 1, "member", 0, "extension"): 26,
        ("hours", "weekdays", "mon"): 28,
    }
    assert {loc: lines.of(loc) for loc in where} == where


def test_a_missing_key_has_the_line_of_its_table() -> None:
    lines = Lines(TEXT)
    assert lines.of(("unit", 0, "member", 0, "name")) == 19
    assert lines.of(("nothing",)) is None
    assert lines.of(("not", "a")) is None


def test_every_key_of_the_sample_is_found() -> None:
    tree = tomllib.loads(TEXT)
    lines = Lines(TEXT)

    def walk(value: Any, loc: Loc) -> None:
        if loc and not isinstance(loc[-1], int):
            assert lines.of(loc) is not None or isinstance(value, list | dict), loc
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*loc, key))
        elif isinstance(value, list):
            for n, inner in enumerate(value):
                walk(inner, (*loc, n))

    walk(tree, ())
