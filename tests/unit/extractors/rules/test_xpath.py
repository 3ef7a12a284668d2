"""XPath as the published rules use it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from extractors.einvoice.rules.nodes import grow
from extractors.einvoice.rules.xpath import Context, Scope, XPathError, compile_test, compile_value

INVOICE = """<i:invoice xmlns:i="urn:i"><i:line n="1"><i:amount>10.10</i:amount><i:kind>S</i:kind></i:line>
<i:line n="2"><i:amount>5.05</i:amount><i:kind>E</i:kind></i:line><i:total>15.15</i:total>
<i:note> a  b </i:note></i:invoice>"""
NAMESPACES = {"i": "urn:i"}


def value(expression: str) -> list[Any]:
    tree = grow(etree.fromstring(INVOICE))
    found = compile_value(expression, NAMESPACES)(Context(tree.root, Scope(tree, current=tree.root)))
    return [getattr(item, "string", item) for item in found]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("i:line/i:amount", ["10.10", "5.05"]),
        ("//i:amount[../i:kind = 'E']", ["5.05"]),
        ("i:line[2]/@n", ["2"]),
        ("i:line[last()]/i:kind", ["E"]),
        ("/i:invoice/*[self::i:total]", ["15.15"]),
        ("(i:total | i:line/i:kind)[1]", ["S"]),
        ("i:line/i:kind/preceding-sibling::i:amount", ["10.10", "5.05"]),
        ("for $l in i:line return concat($l/@n, $l/i:kind)", ["1S", "2E"]),
        ("i:line/xs:decimal(i:amount)", [Decimal("10.10"), Decimal("5.05")]),
        ("round(sum(i:line/xs:decimal(i:amount)) * 10 * 10) div 100", [Decimal("15.15")]),
        ("normalize-space(i:note)", ["a b"]),
        ("tokenize('a b', '\\s')", ["a", "b"]),
        ("if (i:total) then 1 to 3 else ()", [1, 2, 3]),
        ("i:nothing/xs:decimal(.) + 1", []),
        ("substring-after('12.345', '.')", ["345"]),
        ("count(distinct-values(('a', 'b', 'a')))", [2]),
        ("round(-2.5)", [Decimal(-2)]),
    ],
)
def test_values_are_those_of_the_standard(expression: str, expected: list[Any]) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("xs:decimal(i:total) = sum(i:line/xs:decimal(i:amount))", True),
        ("i:total = 15.150", True),
        ("i:total = '15.150'", False),
        ("some $k in i:line/i:kind satisfies $k = ('S', 'K')", True),
        ("every $k in i:line/i:kind satisfies $k = ('S', 'K')", False),
        ("not(i:line/i:nothing)", True),
        ("not(i:line/i:kind)", False),
        ("exists(i:line/i:kind) and not(i:a or i:b)", True),
        ("i:note castable as xs:date", False),
        ("matches('2024-02-30', '^\\d{4}-\\d\\d-\\d\\d$')", True),
        ("'2024-02-30' castable as xs:date", False),
        ("i:missing = 1", False),
        ("i:missing eq 1", False),
    ],
)
def test_truth_is_that_of_the_standard(expression: str, *, holds: bool) -> None:
    tree = grow(etree.fromstring(INVOICE))
    assert compile_test(expression, NAMESPACES)(Context(tree.root, Scope(tree))) is holds


@pytest.mark.parametrize("expression", ["i:kind = false()", "xs:decimal('x')", "normalize-space(//i:kind)", "$unknown"])
def test_values_of_the_wrong_kind_are_errors(expression: str) -> None:
    with pytest.raises(XPathError):
        value(f"i:line[1]/({expression})")


@pytest.mark.parametrize("expression", ["a b", "a[", "q:a", "following::a", "a ="])
def test_what_is_no_xpath_is_refused_when_it_is_read(expression: str) -> None:
    with pytest.raises(XPathError):
        compile_value(expression, NAMESPACES)
