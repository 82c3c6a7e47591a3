"""What HR systems export, good rows and bad."""

from __future__ import annotations

import pytest

from callcheck.sources.csv_rows import read_csv
from tests.absences.people import DIRECTORY, RIGA, at

LATVIAN = "Darbinieks;Iekšējais;Sākums;Beigas;Aizvietotājs;Veids\r\n"
ROWS = (
    "Anna;201;21.12.2026;03.01.2027;Berta;atvaļinājums\r\n"
    "Dace;;04.01.2027 13:00;04.01.2027 17:00;;\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1257", "utf-16"])
def test_latvian_headers_in_every_encoding(encoding: str) -> None:
    rows = read_csv((LATVIAN + ROWS).encode(encoding), DIRECTORY, RIGA)
    assert rows.bad == []
    (anna, claim), (dace, _) = rows.reports
    assert (anna.extension, anna.deputy, anna.kind) == ("201", "202", "atvaļinājums")
    assert (anna.start, anna.end) == (at("2026-12-21 00:00"), at("2027-01-04 00:00"))
    assert (claim.source, claim.key) == ("csv", f"201 {anna.start}")
    assert (dace.extension, dace.deputy, dace.kind) == ("203", None, None)
    assert (dace.start, dace.end) == (at("2027-01-04 13:00"), at("2027-01-04 17:00"))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_english_headers_and_other_separators(separator: str) -> None:
    lines = ["Extension;Start date;End date;Deputy", "67000201;2026-12-21;2026-12-21T12:00;202"]
    text = "\n".join(lines).replace(";", separator)
    ((draft, _),) = read_csv(text.encode(), DIRECTORY, RIGA).reports
    assert (draft.extension, draft.end) == ("201", at("2026-12-21 12:00"))


def test_bad_rows_are_reported_by_line_and_the_good_ones_kept() -> None:
    body = (
        "extension;from;to;deputy\n"
        "201;21.12.2026;22.12.2026;\n"
        "999;21.12.2026;22.12.2026;\n"
        "\n"
        "202;31.02.2026;22.12.2026;\n"
        "202;22.12.2026;21.12.2026;\n"
        "202;22.12.2026;23.12.2026;202\n"
        "701;22.12.2026;23.12.2026;\n"
        ";22.12.2026;23.12.2026;\n"
        "203;22.12.2026\n"
        '203;22.12.2026;23.12.2026;"x"\n'
        "203;22.12.2026;23.12.2026;201\n"
    )
    rows = read_csv(body.encode(), DIRECTORY, RIGA)
    assert [draft.extension for draft, _ in rows.reports] == ["201", "203"]
    assert [(bad.line, bad.reason.partition(";")[0]) for bad in rows.bad] == [
        (3, "extension: nobody in the configuration"),
        (5, "from: no such date"),
        (6, "to: is before from"),
        (7, "deputy: nobody can stand in for oneself"),
        (8, "extension: nobody in the configuration"),
        (9, "extension is empty"),
        (10, "to: no such date"),
        (11, "deputy: nobody in the configuration"),
    ]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "names no column extension"),
        (b"name;from\n", "names no column to"),
        (b"\xff\xfe\x00\xa1\xff", "neither UTF-8 nor cp1257"),
    ],
)
def test_a_file_that_is_something_else(raw: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_csv(raw, DIRECTORY, RIGA)


def test_a_row_that_no_reader_takes_does_not_lose_the_others() -> None:
    body = f"extension;from;to\n201;1.12.2026;{'x' * 200_000}\n203;2026-12-01 0:00:00;2.12.2026\n"
    rows = read_csv(body.encode(), DIRECTORY, RIGA)
    assert [draft.extension for draft, _ in rows.reports] == ["203"]
    assert [(bad.line, bad.reason) for bad in rows.bad] == [
        (2, "field larger than field limit (131072)")
    ]


def test_extensions_in_a_column_of_names_are_taken() -> None:
    body = "Darbinieks;No;Līdz;Aizvieto\n201;1.12.2026;2.12.2026;202\n202;3.12.2026;3.12.2026;\n"
    rows = read_csv(body.encode(), DIRECTORY, RIGA)
    assert rows.bad == []
    found = [(draft.extension, draft.deputy) for draft, _ in rows.reports]
    assert found == [("201", "202"), ("202", None)]


def test_other_numbers_in_it_could_be_anything() -> None:
    """A personnel number may be somebody's extension by chance: where one is nobody's, none is."""
    days = "1.12.2026;2.12.2026"
    body = f"Employee;From;To\n201;{days}\n4711;{days}\nZane;{days}\n;{days}\n"
    rows = read_csv(body.encode(), DIRECTORY, RIGA)
    assert rows.reports == []
    number = (
        "name: a number is no name; if the column holds extensions, "
        'call it "extension" or "iekšējais"'
    )
    name = (
        "name: nobody in the configuration has this name; write it as there, "
        'or add a column "extension" or "iekšējais"'
    )
    assert [(bad.line, bad.reason) for bad in rows.bad] == [
        (2, number), (3, number), (4, name), (5, "name is empty"),
    ]  # fmt: skip
