"""Words woven into templates: most depend on the language only, and are looked up once, when a template is compiled.

`t("a.key")` with one fixed key becomes the text itself, which the compiler joins with the markup around it; calls with
values or with a key that is put together stay calls. There is one environment for each language.

>>> from jinja2 import Environment
>>> found = Environment(autoescape=True)
>>> found.globals["t"] = {"a": "Say <hello>"}.__getitem__
>>> found.add_extension(Woven)
>>> found.from_string('<p>{{ t("a") }}</p>').render()
'<p>Say &lt;hello&gt;</p>'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_CALL = ["lparen", "string", "rparen"]


class Woven(Extension):
    """Puts the words of fixed keys into a template; a key that is not there fails when the template is compiled."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template, with a text in place of each call that asks for the words of a fixed key."""
        tokens, at = list(stream), 0
        speak: Callable[[str], str] = self.environment.globals["t"]  # type: ignore[assignment] # of site.py
        while at < len(tokens):
            if _asks_words(tokens, at):
                yield Token(tokens[at].lineno, "string", speak(tokens[at + 2].value))
                at += 1 + len(_CALL)
            else:
                yield tokens[at]
                at += 1


def _asks_words(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].type != "name" or tokens[at].value != "t" or (at and tokens[at - 1].type == "dot"):
        return False
    return [token.type for token in tokens[at + 1 : at + 4]] == _CALL
