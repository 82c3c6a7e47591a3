"""Bad input and failures: problem details that say what to do, and nothing personal in the log."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcheck.api.models import ProblemOut
from tests.api.house_of_cards import ListReader, served, some_calls

CALLS, SUMMARY = "/api/v1/calls", "/api/v1/units/registry/summary"


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        (f"{CALLS}?from=2026-11-23&to=2026-11-22", 422, "from is after to"),
        (f"{CALLS}?from=yesterday", 422, "from: no such date; write 2026-11-22 or"),
        (f"{CALLS}?to=2026-02-30", 422, "to: no such date"),
        (f"{CALLS}?from=22.11.2026", 422, "write 2026-11-22"),
        (f"{CALLS}?from=2026-W47-7", 422, "from: no such date"),
        (f"{CALLS}?from=0001-01-01", 422, "from: no such date"),
        (f"{CALLS}?from=2026-11-22T10:00%2B99:00", 422, "from: no such date"),
        (f"{CALLS}?from=", 422, "from: no such date"),
        (f"{CALLS}?limit=0", 422, "limit: input should be greater than or equal to 1"),
        (f"{CALLS}?limit=501", 422, "limit: input should be less than or equal to 500"),
        (f"{CALLS}?limit=all", 422, "limit: input should be a valid integer"),
        (f"{CALLS}?disposition=lost", 422, "disposition: input should be 'answered'"),
        (f"{CALLS}?result=good", 422, "result: input should be 'met', 'breached'"),
        (f"{CALLS}?rule=kindness", 422, "rule: unknown; the rules are answer_by_ring"),
        (f"{CALLS}?unit=nobody", 422, "unknown unit; the units are in /api/v1/units"),
        (f"{CALLS}?cursor=nonsense", 422, "cursor: unknown; use `next`"),
        (f"{CALLS}?form=2026-11-22", 422, "form: unknown parameter; /docs lists"),
        (f"{CALLS}?extension=20%001", 422, "extension: string should match pattern"),
        (f"{SUMMARY}?step=1d", 422, "step: needs from"),
        (f"{SUMMARY}?from=2026-11-22&step=0h", 422, "step: write 15m, 1h, 1d or 7d"),
        (f"{SUMMARY}?from=2026-11-22&step=week", 422, "step: write 15m"),
        (f"{SUMMARY}?from=2020-01-01&step=1m", 422, "step: more than 2000 steps"),
        ("/nowhere", 404, "/docs lists what there is"),
        (f"{CALLS}/", 404, "/docs lists what there is"),
        (f"{CALLS}/main/7.7", 404, "no such call"),
    ],
)
def test_bad_input_is_a_problem_that_says_what_to_do(path: str, status: int, says: str) -> None:
    with served() as api:
        answer = api.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = ProblemOut.model_validate(answer.json())
    assert problem.status == status
    assert says in problem.detail
    assert "\n" not in problem.detail


def test_every_wrong_parameter_is_named() -> None:
    with served() as api:
        errors = api.get(f"{CALLS}?limit=0&form=1").json()["errors"]
    assert {error["parameter"] for error in errors} == {"limit", "form"}


def test_a_wrong_value_is_not_repeated() -> None:
    with served() as api:
        answer = api.get(f"{CALLS}?from=67012345&limit=67012345&cursor=x&unit=67012345")
    assert answer.status_code == 422
    assert "67012345" not in answer.text


def test_a_wrong_method_is_a_problem_that_names_the_right_ones() -> None:
    with served() as api:
        answer = api.post(CALLS)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_fault_is_a_500_problem_and_its_text_stays_out_of_log_and_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Faulty(ListReader):
        def call(self, pbx: str, call_id: str) -> None:
            raise RuntimeError("+37167012345 broke it")

    with caplog.at_level(logging.DEBUG, "callcheck"), served(Faulty([])) as api:
        answer = api.get("/api/v1/calls/main/1763812345.12?")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "67012345" not in answer.text + caplog.text
    assert "1763812345.12" not in caplog.text
    assert "RuntimeError in " in caplog.text
    assert "GET /api/v1/calls/{pbx}/{call_id} 500" in caplog.text


def test_responses_must_not_be_cached() -> None:
    with served() as api:
        headers = api.get(CALLS).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


NAMES = st.sampled_from(
    ["unit", "from", "to", "disposition", "result", "rule", "extension", "limit", "cursor", "step"]
)
ODD = (
    "2026-11-22", "9999-12-31T23:59:59.999999-23:59", "1970-01-01", "2026-11-22T00:00:00 02:00",
    "2999-12-31", "1h", "1d", "9999d", "-1", "registry", "201", "1" * 30, "\x00",
)  # fmt: skip
VALUES = st.text(max_size=30) | st.sampled_from(ODD)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=st.sampled_from([CALLS, SUMMARY, "/api/v1/live", "/api/v1/units"])
    | st.tuples(VALUES, VALUES).map(lambda t: f"{CALLS}/{t[0]}/{t[1]}"),
    query=st.dictionaries(NAMES, VALUES, max_size=4),
)
def test_no_input_gives_a_500(path: str, query: dict[str, str]) -> None:
    with served(ListReader(some_calls())) as api:
        answer = api.get(quote(path, safe="/"), params=query)
    assert answer.status_code in (200, 404, 422)
    if answer.status_code != 200:
        ProblemOut.model_validate(answer.json())
