"""The page `/docs`: the OpenAPI description as plain HTML, without scripts.

FastAPI's own page loads its scripts from a CDN, which a closed network does not reach. Packages
that include Swagger UI bring 2 MB of script.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { border-top: 1px solid #ccc; padding-top: 1rem; font-size: 1.1rem }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { background: #f4f4f4; padding: .7rem; overflow-x: auto }
table { border-collapse: collapse } td, th { text-align: left; padding: .2rem 1rem .2rem 0 }
th { font-weight: 600 } td { vertical-align: top }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd }
  pre { background: #222 } a { color: #8bf } }
"""


def page(api: Mapping[str, Any]) -> str:
    """The page for an OpenAPI 3.1 document."""
    info = api["info"]
    return "".join(
        (
            "<!doctype html><html lang=en><meta charset=utf-8>",
            "<meta name=viewport content='width=device-width'>",
            f"<title>{escape(info['title'])}</title><style>{_STYLE}</style>",
            f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>",
            f"<p>{escape(info.get('description', ''))}</p>",
            "<p>For machines: <a href=openapi.json>openapi.json</a></p>",
            *_operations(api),
            *_shapes(api),
        )
    )


def _operations(api: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p>{escape(operation.get('description', ''))}</p>"
            yield from _parameters(operation.get("parameters", []), api)
            yield from _responses(operation["responses"], api)


def _parameters(parameters: list[dict[str, Any]], api: Mapping[str, Any]) -> Iterator[str]:
    if not parameters:
        return
    yield "<table><tr><th>parameter<th>in<th>values<th>meaning"
    for one in parameters:
        cells = (
            f"<code>{escape(one['name'])}</code>",
            escape(one["in"]),
            escape(_values(one.get("schema", {}), api)),
            escape(one.get("description", "")),
        )
        yield "<tr><td>" + "<td>".join(cells)
    yield "</table>"


def _values(schema: Mapping[str, Any], api: Mapping[str, Any]) -> str:
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    kind = kinds[0] if kinds else {}
    if "$ref" in kind:
        kind = api["components"]["schemas"][str(kind["$ref"]).rsplit("/", 1)[-1]]
    text = " | ".join(map(str, kind["enum"])) if "enum" in kind else str(kind.get("type", ""))
    examples = ", ".join(map(str, schema.get("examples", [])))
    low, high, default = kind.get("minimum"), kind.get("maximum"), schema.get("default")
    text += f" {low} to {high}" if low is not None and high is not None else ""
    text += f", default {default}" if default is not None else ""
    return text + (f", e.g. {examples}" if examples else "")


def _responses(responses: Mapping[str, Any], api: Mapping[str, Any]) -> Iterator[str]:
    yield "<table><tr><th>status<th>answer<th>type"
    for status, response in responses.items():
        types = ", ".join(response.get("content", {}))
        yield f"<tr><td>{escape(str(status))}<td>{escape(response['description'])}"
        yield f"<td><code>{escape(types)}</code>"
    yield "</table>"
    content = responses.get("200", {}).get("content", {}).get("application/json", {})
    name = str(content.get("schema", {}).get("$ref", "")).rsplit("/", 1)[-1]
    if name:
        yield _shape(api["components"]["schemas"][name])


def _shapes(api: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in sorted(api["components"]["schemas"].items()):
        if "properties" in schema:
            yield f"<h2><code>{escape(name)}</code></h2><p>{escape(schema.get('description', ''))}"
            yield _shape(schema)


def _shape(schema: Mapping[str, Any]) -> str:
    fields = {key: _kind(value) for key, value in schema["properties"].items()}
    shown = schema.get("example", fields)
    return f"<pre>{escape(json.dumps(shown, indent=1, ensure_ascii=False))}</pre>"


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("type", "any"))
