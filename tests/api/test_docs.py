"""The description of the API: complete, correct, and readable without the Internet."""

from __future__ import annotations

import re
from typing import Any

import pytest

from callcheck.api.readiness import PbxHealth, readiness
from tests.api.house_of_cards import served

PROTECTED = {"/metrics", "/api/v1/units", "/api/v1/units/{unit}/summary", "/api/v1/calls",
             "/api/v1/calls/{pbx}/{call_id}", "/api/v1/extensions", "/api/v1/live",
             "/api/v1/absences", "/api/v1/absences/ledger", "/api/v1/absences/tomorrow",
             "/api/v1/absences/{number}", "/api/v1/absences/{number}/digest",
             "/api/v1/rehearsal/{extension}", "/api/v1/cover",
             "/api/v1/live/stream",
             *(f"/api/v1/tables/{name}" for name in (
                 "units", "series", "hours", "missed", "sent-around", "helped", "again", "ringing"
             ))}  # fmt: skip


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    with served() as api:
        found: dict[str, Any] = api.get("/openapi.json").json()
    return found


def test_the_description_has_every_address(described: dict[str, Any]) -> None:
    assert set(described["paths"]) == PROTECTED | {"/healthz", "/readyz"}


def test_every_address_says_its_answers_its_problems_and_its_token(
    described: dict[str, Any],
) -> None:
    for path in PROTECTED:
        get = described["paths"][path]["get"]
        assert get["description"], path
        assert get["security"] == [{"HTTPBearer": []}], path
        assert {"200", "401", "403"} <= set(get["responses"]), path
        for status, response in get["responses"].items():
            if status != "200":
                assert list(response["content"]) == ["application/problem+json"], (path, status)
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    wanted = set(re.findall(r"#/components/schemas/(\w+)", str(described)))
    assert wanted <= set(described["components"]["schemas"])
    assert "ProblemOut" in wanted
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_query_parameters_are_described(described: dict[str, Any]) -> None:
    names = [p["name"] for p in described["paths"]["/api/v1/calls"]["get"]["parameters"]]
    assert names == ["unit", "from", "to", "disposition", "result", "rule", "extension",
                     "limit", "cursor"]  # fmt: skip


def test_no_example_has_a_real_number(described: dict[str, Any]) -> None:
    assert not re.search(r"\+?371\d{8}|\b[26]\d{7}\b", str(described))


def test_the_docs_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    with served() as api:
        answer = api.get("/docs")
    page = answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not re.search(r"<script|<link|<img|https?://|@import|url\(", page)
    for path in PROTECTED:
        assert f"<code>GET {path}</code>" in page
    assert "application/problem+json" in page
    assert "openapi.json" in page
    assert "answered | abandoned | no_answer" in page  # what a parameter may be
    assert "<h2><code>Share</code></h2>" in page  # what an answer is made of


def test_metrics_have_prometheus_content_type() -> None:
    with served() as api:
        answer = api.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text == "callcheck_up 1.0\n"


@pytest.mark.parametrize(
    ("pbx", "store", "problem", "warning"),
    [
        (PbxHealth("main", "connected"), None, "", ""),
        (PbxHealth("main", "connecting"), None, "PBX main is not connected", ""),
        (PbxHealth("main", "waiting", "10.0.0.1:5038"), None, "no answer at 10.0.0.1:5038", ""),
        (PbxHealth("main", "waiting", advice="look"), None, "yet; look", ""),
        (PbxHealth("main", "refused", advice="look"), None, "our user: look", ""),
        (PbxHealth("main", "refused", username="bob"), None, "refuses the login of bob", ""),
        (PbxHealth("main", "too_old"), None, "upgrade it to Asterisk 12 or newer", ""),
        (PbxHealth("main", "connected"), "the store is read-only", "the store is read-only", ""),
        (
            PbxHealth("main", "connected", hidden_events=("Newstate", "DialEnd"), username="bob"),
            None,
            "",
            "keeps Newstate and DialEnd from us: remove the eventfilter lines of bob",
        ),
        (PbxHealth("main", "connected", silent=True), None, "", "sends nothing about them"),
        (PbxHealth("main", "connected", timestamps=False), None, "", "timestampevents = yes"),
        (PbxHealth("main", "connected", missing_classes=("call",)), None, "", "add call to read="),
    ],
)
def test_readiness_in_words(pbx: PbxHealth, store: str | None, problem: str, warning: str) -> None:
    found = readiness([pbx], store)
    for said, expected in ((found.problems, problem), (found.warnings, warning)):
        assert len(said) == bool(expected)
        assert expected in "".join(said)
