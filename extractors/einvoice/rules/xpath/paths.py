"""Location paths: steps along axes, with predicates, over the tree of `rules.nodes`.

>>> from extractors.einvoice.rules.xpath.expression import Compiler
>>> from extractors.einvoice.rules.xpath.grammar import parse
>>> plain_chain(parse("a:b/c"), {"a": "urn:x"})
('{urn:x}b', 'c')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from extractors.einvoice.rules.nodes import Attribute, Item, Node, Text
from extractors.einvoice.rules.xpath.axes import AXES
from extractors.einvoice.rules.xpath.context import Context, Evaluate, Sequence, Test
from extractors.einvoice.rules.xpath.functions import BOOLEAN
from extractors.einvoice.rules.xpath.grammar import Tree
from extractors.einvoice.rules.xpath.values import XPathError, atomize, effective

if TYPE_CHECKING:
    from extractors.einvoice.rules.xpath.expression import Compiler, Namespaces

Move = Callable[[Context], Sequence]  # from one item to those of a step, in document order
Select = Callable[[Item], bool]
_FLAT = frozenset({"child", "attribute", "self"})  # axes that keep document order and give nothing twice


def clark(name: str, namespaces: Namespaces) -> str:
    """`prefix:local` as `{namespace}local`; raises XPathError for a prefix that nobody declares."""
    prefix, colon, local = name.rpartition(":")
    if not colon:
        return local
    if prefix not in namespaces:
        raise XPathError(f"no such prefix: {prefix}")
    return f"{{{namespaces[prefix]}}}{local}"


def plain_chain(tree: Tree, namespaces: Namespaces) -> tuple[str, ...]:
    """The names of a path of child steps without predicates, from where one stands; empty for any other path."""
    _, start, steps = tree
    if start or not all(step[:2] == ("step", "child") and not step[3] for step in steps):
        return ()
    names = tuple(step[2] for step in steps)
    return () if any("*" in name or "(" in name for name in names) else tuple(clark(name, namespaces) for name in names)


def exists(chain: tuple[str, ...]) -> Test:
    """Whether a chain of child names leads anywhere."""
    if len(chain) == 1:
        only = chain[0]
        return lambda context: only in _children(context.item)
    return lambda context: _leads(context.item, chain, 0)


def _leads(item: Item, chain: tuple[str, ...], depth: int) -> bool:
    found = _children(item).get(chain[depth])
    if not found:
        return False
    return depth + 1 == len(chain) or any(_leads(node, chain, depth + 1) for node in found)


def _children(item: Any) -> dict[str, list[Node]]:  # noqa: ANN401 - any item
    return item.by if isinstance(item, Node) else {}


def ordered(items: Iterable[Any]) -> Sequence:
    """Nodes in document order, each once."""
    unique = {id(item): item for item in items}
    return sorted(unique.values(), key=_place)


def _place(item: Any) -> tuple[int, int, str]:  # noqa: ANN401 - any item
    if not isinstance(item, Node | Attribute | Text):
        raise XPathError("a path of values")
    return item.order, not isinstance(item, Node), getattr(item, "tag", "")


def compile_path(tree: Tree, compiler: Compiler) -> Evaluate:
    """A path as a function from a context to its nodes (or values, after a last step that is a function)."""
    _, start, steps = tree
    if chain := plain_chain(tree, compiler.namespaces):
        return _walk_chain(chain)
    moves, steps = _shortened(start, steps, compiler)
    moves += [(_compile_step(step, compiler), step[0] == "filter" or step[1] not in _FLAT) for step in steps]

    def walk(context: Context) -> Sequence:
        items: Sequence = [context.scope.tree.document] if start else [context.item]
        for move, scatters in moves:
            found = [result for item in items for result in move(Context(item, context.scope, size=len(items)))]
            items = ordered(found) if scatters and len(found) > 1 and not _are_values(found) else found
        return items

    if not start and steps and steps[0][0] == "filter" and len(moves) == 1:
        return moves[0][0]
    return _remembered(walk) if start and not _depends(tree) else walk


def _remembered(walk: Evaluate) -> Evaluate:
    """Found once a document: else a rule on each line that looks at all lines would cost their square."""

    def recall(context: Context) -> Sequence:
        memory = context.scope.memory
        if id(walk) not in memory:
            memory[id(walk)] = walk(context)
        found: Sequence = memory[id(walk)]
        return found

    return recall


def _depends(tree: Any) -> bool:  # noqa: ANN401 - a tree or a part of one
    """Whether an absolute path says something else from another place."""
    if not isinstance(tree, tuple):
        return False
    if tree[:1] == ("variable",) or tree[:2] == ("call", "current"):
        return True
    return any(map(_depends, tree))


def _are_values(items: Sequence) -> bool:
    return not isinstance(items[0], Node | Attribute | Text)


def _shortened(
    start: str, steps: tuple[Tree, ...], compiler: Compiler
) -> tuple[list[tuple[Move, bool]], tuple[Tree, ...]]:
    """`//name` at the start as one look-up in the tree's index; the steps that remain."""
    if start != "//":
        return [], steps
    first = steps[0]
    if first[0] == "step" and first[1] in {"child", "attribute"} and "*" not in first[2] and "(" not in first[2]:
        tag, is_attribute = clark(first[2], compiler.namespaces), first[1] == "attribute"
        found = _with_predicates(_indexed(tag, is_attribute=is_attribute), first[3], compiler)
        # Positions would count within each parent: such a predicate takes the long way.
        if not any(_may_count(predicate) for predicate in first[3]):
            return [(found, False)], steps[1:]
    return [(lambda context: [context.item, *context.scope.tree.all], False)], steps


def _indexed(tag: str, *, is_attribute: bool) -> Move:
    """All elements or attributes of a name, from the tree's index."""
    if is_attribute:
        return lambda context: context.scope.tree.attributes.get(tag, [])
    return lambda context: context.scope.tree.by.get(tag, [])


def _walk_chain(chain: tuple[str, ...]) -> Evaluate:
    first, rest = chain[0], chain[1:]

    def walk(context: Context) -> Sequence:
        nodes = _children(context.item).get(first, [])
        for tag in rest:
            nodes = [child for node in nodes for child in node.by.get(tag, ())]
        return nodes

    return walk


def _compile_step(step: Tree, compiler: Compiler) -> Move:
    if step[0] == "filter":
        return _with_predicates(compiler.value(step[1]), step[2], compiler)
    _, axis, name, predicates = step
    if axis == "child" and len(predicates) == 1 and (looked_up := _look_up(name, predicates[0], compiler)):
        return looked_up
    return _with_predicates(_axis(axis, name, compiler), predicates, compiler)


def _look_up(name: str, predicate: Tree, compiler: Compiler) -> Move | None:
    """`name[@attribute = $variable]`, as code lists are asked, by a table that each parent keeps."""
    match predicate:
        case (
            "compare",
            "=",
            ("path", "", (("step", "attribute", attribute, ()),)),
            (("variable" | "literal"), wanted),
        ):
            pass
        case _:
            return None
    if "*" in name or "(" in name or "*" in attribute or not (isinstance(wanted, str)):
        return None
    tag, key = clark(name, compiler.namespaces), clark(attribute, compiler.namespaces)
    value = compiler.value(predicate[3])

    def find(context: Context) -> Sequence:
        if not isinstance(context.item, Node):
            return []
        table = context.item.table(tag, key)
        values = atomize(value(context))
        if not all(isinstance(each, str) for each in values):
            raise XPathError("an attribute is compared with what is no string")
        found = [node for each in dict.fromkeys(map(str, values)) for node in table.get(each, ())]
        return found if len(found) < 2 else ordered(found)

    return find


def _with_predicates(move: Move, predicates: tuple[Tree, ...], compiler: Compiler) -> Move:
    for predicate in predicates:
        move = _filtered(move, predicate, compiler)
    return move


def _filtered(move: Move, predicate: Tree, compiler: Compiler) -> Move:
    if predicate[0] == "literal" and isinstance(predicate[1], int):
        place = predicate[1]
        return lambda context: move(context)[place - 1 : place]
    if not _may_count(predicate):
        test = compiler.test(predicate)
        return lambda context: [item for item in move(context) if test(Context(item, context.scope))]
    value = compiler.value(predicate)

    def select(context: Context) -> Sequence:
        items = move(context)
        return [
            item
            for at, item in enumerate(items, start=1)
            if _is_chosen(value(Context(item, context.scope, at, len(items))), at)
        ]

    return select


def _is_chosen(result: Sequence, position: int) -> bool:
    if len(result) == 1 and isinstance(result[0], int | Decimal | float) and not isinstance(result[0], bool):
        return bool(result[0] == position)
    return effective(result)


def _may_count(predicate: Tree) -> bool:
    """Whether a predicate could be a position, or ask for one."""
    kind = predicate[0]
    if kind == "path":
        return False if all(step[0] == "step" for step in predicate[2]) else _asks_position(predicate)
    if kind in {"or", "and", "compare", "some", "every", "castable"} or (kind == "call" and predicate[1] in BOOLEAN):
        return _asks_position(predicate)
    return True


def _asks_position(tree: Any) -> bool:  # noqa: ANN401 - a tree or a part of one
    if not isinstance(tree, tuple):
        return False
    if tree[:1] == ("call",) and tree[1] in {"position", "last"}:
        return True
    return any(_asks_position(part) for part in tree)


def _axis(axis: str, name: str, compiler: Compiler) -> Move:
    if axis == "child" and name not in {"*", "node()", "text()", "element()"} and ":*" not in name and "*:" not in name:
        tag = clark(name, compiler.namespaces)
        return lambda context: _children(context.item).get(tag, [])
    if axis == "attribute" and name != "*":
        tag = clark(name, compiler.namespaces)
        return lambda context: _attribute(context.item, tag)
    if axis not in AXES:
        raise XPathError(f"no such axis here: {axis}")
    items, select = AXES[axis], node_test(name, compiler.namespaces)
    return lambda context: [item for item in items(context.item) if select(item)]


def _attribute(item: Any, tag: str) -> Sequence:  # noqa: ANN401 - any item
    found = item.attributes.get(tag) if isinstance(item, Node) else None
    return [] if found is None else [found]


def _is_named(item: Item) -> bool:
    return isinstance(item, Node | Attribute) and bool(item.tag)


_KIND_TESTS: dict[str, Select] = {
    "node()": lambda _: True,
    "text()": lambda item: isinstance(item, Text),
    "*": _is_named,
    "element()": _is_named,
    "comment()": lambda _: False,  # comments and processing instructions are left out of the tree
    "processing-instruction()": lambda _: False,
}


def node_test(name: str, namespaces: Namespaces) -> Select:
    """A test of kind or name: `*`, `node()`, `text()`, `p:*`, `*:local`, a name."""
    if name in _KIND_TESTS:
        return _KIND_TESTS[name]
    if name.startswith("*:"):
        local = name[2:]
        return lambda item: getattr(item, "tag", "").rpartition("}")[2] == local
    tag = clark(name, namespaces)
    if tag.endswith("}*"):
        return lambda item: getattr(item, "tag", "").startswith(tag[:-1])
    return lambda item: getattr(item, "tag", "") == tag
