"""The API's description as people read it: what each route asks for and gives, with an example.

>>> schema = {"anyOf": [{"type": "array", "items": {"enum": ["a", "b"]}}, {"type": "null"}]}
>>> kind_of(schema, {}), example_of("", schema, {})
('a, b …', ['a'])
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from review.api.entry import API_ROUTES, FILE_TYPES

Schema = Mapping[str, Any]
_NAMED = {
    "client": "acme", "client_id": "acme", "name": "invoice.pdf", "erp_number": "5100001234", "reason": "",
    "url": "https://erp.example/in", "document_id": "DOCUMENT_ID", "sha256": "SHA256",
}  # fmt: skip
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of what is sent or answered."""

    name: str
    kind: str
    told: str = ""
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One route."""

    method: str
    path: str
    told: str
    scope: str
    parameters: tuple[Field, ...]
    sent: tuple[Field, ...]
    answered: tuple[Field, ...]
    answer: str  # status and kind
    example: str

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"{self.method}{re.sub('[^a-z]+', '-', self.path)}".lower().strip("-")


def calls_of(described: Schema) -> dict[str, list[Call]]:
    """Every route of an OpenAPI document, by tag."""
    parts, prefix = described["components"]["schemas"], described["servers"][0]["url"]
    found: dict[str, list[Call]] = {}
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            found.setdefault(route["tags"][0], []).append(_call(method.upper(), path, route, parts, prefix))
    return found


def _call(method: str, path: str, route: Schema, parts: Schema, prefix: str) -> Call:
    parameters = tuple(Field(one["name"], kind_of(one["schema"], parts), one.get("description", ""), one["required"])
                       for one in route.get("parameters", ()))  # fmt: skip
    status, answer = next(each for each in route["responses"].items() if each[0] < "300")
    contents: Schema = answer.get("content", {})
    kind = next(iter(contents), "")
    content: Schema = contents.get(kind, {})
    body = route.get("requestBody", {}).get("content", {})
    json_body = body.get("application/json", {}).get("schema")
    return Call(
        method, path, route["description"], API_ROUTES[method, path].scope, parameters,
        tuple(_fields(json_body, parts)) if json_body else (), tuple(_fields(content.get("schema", {}), parts)),
        f"{status} {kind}".strip(), _example(method, prefix + path, route, json_body, parts, is_file=bool(body)),
    )  # fmt: skip


def kind_of(schema: Schema, parts: Schema) -> str:
    """What a value looks like, in a word or two."""
    schema = _plain(schema, parts)
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"] if one is not None)
    kind = schema.get("type", "object")
    name = next((str(one) for one in kind if one != "null"), "null") if isinstance(kind, list) else str(kind)
    if name == "array":
        return f"{kind_of(schema.get('items', {}), parts)} …"
    bounds = "".join(f" {sign} {schema[key]:g}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in schema)
    return str(schema.get("format", name)) + bounds


def example_of(name: str, schema: Schema, parts: Schema) -> object:
    """A value that fits well enough to show how a request looks."""
    schema = _plain(schema, parts)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        wanted = set(schema.get("required", ())) or set(schema["properties"])
        return {each: example_of(each, one, parts) for each, one in schema["properties"].items()
                if each in wanted or each == "erp_number"}  # fmt: skip
    if schema.get("type") == "array":
        return [example_of(name, schema["items"], parts)]
    return _NAMED.get(name, name.upper())


def _example(method: str, path: str, route: Schema, json_body: Schema | None, parts: Schema, *, is_file: bool) -> str:
    """The request for a terminal."""
    needed = [one["name"] for one in route.get("parameters", ()) if one["required"] and one["in"] == "query"]
    query = "&".join(f"{name}={_NAMED.get(name, name.upper())}" for name in needed)
    address = _PLACE.sub(lambda hit: hit.group(1).upper(), path) + (f"?{query}" if query else "")
    lines = ['-H "Authorization: Bearer $KEY"', f"$SITE{address}" if "&" not in address else f'"$SITE{address}"']
    if json_body is not None:
        sent = json.dumps(example_of("", json_body, parts))
        lines[1:1] = ["-H 'Content-Type: application/json'", f"-d '{sent}'"]
    elif is_file:
        lines[1:1] = [f"-H 'Content-Type: {FILE_TYPES[1]}'", "--data-binary @invoice.pdf"]
    verb = "" if method == "GET" or (method == "POST" and is_file) else f" -X {method}"
    return f"curl{verb} " + " \\\n  ".join(lines)


def _fields(schema: Schema, parts: Schema) -> Iterator[Field]:
    """The fields of an object; those of a list's rows as `items[].name`."""
    schema = _plain(schema, parts)
    needed = set(schema.get("required", ()))
    for name, one in schema.get("properties", {}).items():
        yield Field(name, kind_of(one, parts), one.get("description", ""), name in needed)
        inner = _plain(_plain(one, parts).get("items", {}), parts)
        for below in _fields(inner, parts) if "properties" in inner else ():
            yield Field(f"{name}[].{below.name}", below.kind, below.told, below.is_needed)


def _plain(schema: Schema, parts: Schema) -> Schema:
    """Behind a name, and without the choice of nothing."""
    if "$ref" in schema:
        return _plain(parts[schema["$ref"].rpartition("/")[2]], parts)
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _plain(choices[0], parts) if choices else schema
