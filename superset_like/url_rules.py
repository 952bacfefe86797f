"""URL rules that compile what builds URLs only when one is built: most are only ever matched."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Built = tuple[str, str]


class LateRule(Rule):
    """A rule whose two builders are compiled at their first use; at a start that takes a third of registering it."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Built]:
        compiled: list[Any] = []

        def build(rule: Rule, *args: Any, **kwargs: Any) -> Built:
            if not compiled:
                compiled.append(super(LateRule, self)._compile_builder(append_unknown))
            made: Built = compiled[0](rule, *args, **kwargs)
            return made

        return build
