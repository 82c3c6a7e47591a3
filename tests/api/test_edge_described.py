"""What the edge answers stands in OpenAPI, and every address answers HEAD and names its methods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.house_of_cards import ListReader, served, some_calls
from tests.api.test_over_the_wire import Program, client_of

FILLED = {"{unit}": "registry", "{pbx}": "main", "{call_id}": "1.1", "{number}": "7",
          "{extension}": "201"}  # fmt: skip


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    with served(ListReader(some_calls())) as api:
        found: dict[str, Any] = api.get("/openapi.json").json()
    return found


def parameters(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, name and schema of everything that a client writes."""
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for one in operation.get("parameters", ()):
                yield path, one["name"], one["schema"]
    for name in ("AbsenceIn", "AbsenceChange"):
        for field, schema in described["components"]["schemas"][name]["properties"].items():
            yield name, field, schema


async def test_every_address_answers_head_and_names_its_methods(described: dict[str, Any]) -> None:
    async with client_of(Program().backend) as client:
        for template, operations in described["paths"].items():
            path = re.sub(r"\{\w+\}", lambda found: FILLED[found[0]], template)
            methods = {method.upper() for method in operations}
            if "GET" in methods:
                methods.add("HEAD")
                head = await client.head(path)
                assert head.status_code not in (405, 500), path
                assert head.content == b"", path
            for wrong in {"PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE"} - methods:
                answer = await client.request(wrong, path)
                assert answer.status_code == 405, (wrong, path)
                assert answer.headers["allow"] == ", ".join(sorted(methods)), path


def test_the_refusals_of_the_edge_are_described(described: dict[str, Any]) -> None:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            bodies = {"413", "415"} if method in ("post", "patch") else set()
            assert {"400", "431"} | bodies <= set(operation["responses"]), (path, method)
            assert bodies or "413" not in operation["responses"]


def test_times_steps_and_cursors_have_a_form_and_an_example(described: dict[str, Any]) -> None:
    forms = {"from", "to", "at", "step", "cursor"}
    found = [one for one in parameters(described) if one[1] in forms]
    assert {name for _, name, _ in found} == forms
    for path, name, schema in found:
        form = re.compile(schema["pattern"])
        for example in schema.get("examples", ()):
            assert form.search(example), (path, name, example)
        assert not form.search("next week"), (path, name)
        assert not form.search("\0"), (path, name)
        assert schema.get("examples") or path == "AbsenceChange", (path, name)


@pytest.mark.parametrize("deep", [b"[" * 60_000, b'{"a":' * 12_000])
def test_a_body_that_is_nested_too_deep_is_a_problem(deep: bytes) -> None:
    with served() as api:
        answer = api.post(
            "/api/v1/absences", content=deep, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
