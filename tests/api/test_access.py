"""Who may see what: roles of tokens, and only the loopback address without any token."""

from __future__ import annotations

import logging

import pytest

from callcheck.api.backend import Readiness
from tests.api.house_of_cards import TOKENS, bearer, served

OUTSIDE = ("192.0.2.7", 50000)
EVERYTHING = (
    "/api/v1/units",
    "/api/v1/units/registry/summary",
    "/api/v1/calls",
    "/api/v1/calls/main/1.1",
    "/api/v1/extensions",
    "/api/v1/live",
    "/metrics",
)


@pytest.mark.parametrize("path", EVERYTHING)
def test_with_tokens_configured_no_token_is_401(path: str) -> None:
    with served(tokens=TOKENS) as api:
        answer = api.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="callcheck"'
    assert "Authorization: Bearer" in answer.json()["detail"]


@pytest.mark.parametrize("path", [*EVERYTHING, "/readyz"])
@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer a-key ", "Basic YTpi", "Bearer", "x"])
def test_a_bad_token_is_401(path: str, header: str) -> None:
    if header == "Bearer a-key ":
        header = "Bearer a-keyy"
    with served(tokens=TOKENS) as api:
        answer = api.get(path, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="callcheck", error="invalid')
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", EVERYTHING)
def test_the_admin_sees_all_from_anywhere(path: str) -> None:
    with served(tokens=TOKENS, client=OUTSIDE, base="http://callcheck.example") as api:
        assert api.get(path, headers=bearer("a-key")).status_code == 200


def test_a_unit_sees_its_own_only() -> None:
    with served(tokens=TOKENS) as api:
        api.headers.update(bearer("r-key"))

        def units_in(path: str) -> set[str]:
            items = api.get(path).json()["items"]
            return {item.get("unit") or item["id"] for item in items}

        assert units_in("/api/v1/calls") == {"registry"}
        assert units_in("/api/v1/extensions") == {"registry"}
        assert units_in("/api/v1/live") == {"registry"}
        assert units_in("/api/v1/units") == {"registry"}
        assert api.get("/api/v1/units/registry/summary").status_code == 200
        assert api.get("/api/v1/calls?unit=registry").status_code == 200
        for path in ("/api/v1/calls?unit=law", "/api/v1/units/law/summary", "/metrics"):
            assert api.get(path).status_code == 403, path
        stranger = api.get("/api/v1/calls/main/2.1")  # as if it did not exist
        assert (stranger.status_code, stranger.text) == (
            404,
            api.get("/api/v1/calls/main/none").text,
        )


def test_a_unit_cannot_learn_which_other_units_there_are() -> None:
    with served(tokens=TOKENS) as api:
        one = api.get("/api/v1/units/law/summary", headers=bearer("r-key"))
        none = api.get("/api/v1/units/none/summary", headers=bearer("r-key"))
    assert (one.status_code, one.text) == (none.status_code, none.text)


@pytest.mark.parametrize("path", EVERYTHING)
def test_the_metrics_token_reads_metrics_only(path: str) -> None:
    with served(tokens=TOKENS) as api:
        answer = api.get(path, headers=bearer("m-key"))
    assert answer.status_code == (200 if path == "/metrics" else 403)


def test_probes_need_no_token_but_reasons_do() -> None:
    state = Readiness(("PBX main is not connected",), ("no times",))
    with served(tokens=TOKENS, readiness=state) as api:
        assert api.get("/healthz").text == "ok\n"
        blind = api.get("/readyz")
        seeing = api.get("/readyz", headers=bearer("m-key"))
    assert blind.status_code == seeing.status_code == 503
    assert blind.json() == {"ready": False, "problems": None, "warnings": None}
    assert seeing.json() == {
        "ready": False,
        "problems": ["PBX main is not connected"],
        "warnings": ["no times"],
    }


def test_a_refusal_for_another_host_name_is_logged_as_that(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "callcheck"), served(base="http://evil.example:9876") as api:
        assert api.get("/api/v1/calls").status_code == 403
    assert "GET refused: no token is configured, so the Host must be localhost" in caplog.text
    assert "no route" not in caplog.text
    assert "evil" not in caplog.text


@pytest.mark.parametrize(
    ("client", "base", "headers"),
    [
        (OUTSIDE, "http://127.0.0.1:9876", {}),
        (("::ffff:192.0.2.7", 1), "http://127.0.0.1:9876", {}),
        (("127.0.0.1", 1), "http://evil.example:9876", {}),
        (("127.0.0.1", 1), "http://127.0.0.1.evil.example", {}),
        (("127.0.0.1", 1), "http://localhost.evil.example", {}),
        (("127.0.0.1", 1), "http://192.0.2.1:9876", {}),
        (("127.0.0.1", 1), "http://localhost", {"Origin": "https://evil.example"}),
        (("127.0.0.1", 1), "http://localhost", {"Origin": "null"}),
        (("127.0.0.1", 1), "http://localhost", {"X-Forwarded-For": "192.0.2.7"}),
        (("127.0.0.1", 1), "http://localhost", {"Forwarded": "for=192.0.2.7"}),
        (("127.0.0.1", 1), "http://localhost", {"Host": ""}),
        (("127.0.0.1", 1), "http://localhost", {"Host": "[::1"}),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/calls", "/metrics", "/docs", "/healthz", "/nowhere"])
def test_without_tokens_only_loopback_is_served(
    client: tuple[str, int], base: str, headers: dict[str, str], path: str
) -> None:
    with served(client=client, base=base) as api:
        answer = api.get(path, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert "[[http.token]]" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("client", "base", "origin"),
    [
        ("127.0.0.1", "http://127.0.0.1:9876", None),
        ("127.8.8.8", "http://localhost", "http://localhost:3000"),
        ("::1", "http://[::1]:9876", None),
        ("::ffff:127.0.0.1", "http://callcheck.localhost", None),
    ],
)
def test_without_tokens_loopback_sees_all(client: str, base: str, origin: str | None) -> None:
    with served(client=(client, 1), base=base) as api:
        for path in EVERYTHING:
            headers = {"Origin": origin} if origin else {}
            assert api.get(path, headers=headers).status_code == 200
