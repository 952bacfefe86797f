"""What a bundle holds for a caller, and under which numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import select

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.extensions import db
from superset_like.models import BundleNumber
from superset_like.services.bundles.kinds import kind_of

Key = tuple[type[Model], int]
# In these Superset writes connections with the names that their fields had first.
FORMERLY = frozenset({"database", "assets"})


class Selection:
    """The objects of a bundle, as far as the caller may see them.

    what: the kind that was asked for, or `assets`. roots: what was asked for. related: whether what they need comes
    along.
    """

    def __init__(self, actor: Actor, what: str, roots: Sequence[Model], *, related: bool = True) -> None:
        self.roots = roots
        self.spells_databases_formerly = what in FORMERLY
        self._related = related
        self._found: dict[Key, Model] = {}
        self._follow(roots)
        self._shown = self._visible(actor)
        self._numbers = _numbers(self._found, self._shown)

    def holds(self, item: Model | None) -> bool:
        """Whether the bundle has a file of this object."""
        return item is not None and _key(item) in self._shown

    def number(self, item: Model) -> int:
        """The number of the object in this bundle; its id where it is not part of the bundle."""
        known = self._numbers.get(_key(item))
        return int(item.id) if known is None else known

    def found(self, model: type[Model], pk: Any) -> Any:
        """The object of this id, when the bundle has a file of it."""
        item = self._found.get((model, pk)) if isinstance(pk, int) else None
        return item if self.holds(item) else None

    def in_order(self) -> list[Model]:
        """What the bundle holds: each object followed by what it needs, and equals by their numbers."""
        ordered: dict[Key, Model] = {}
        for root in self._sorted(self.roots):
            self._append(root, ordered, is_root=True)
        return list(ordered.values())

    def _append(self, item: Model, ordered: dict[Key, Model], *, is_root: bool) -> None:
        if not self.holds(item) or _key(item) in ordered:
            return
        ordered[_key(item)] = item
        for each in self._sorted(self._needs(item, is_root)):
            self._append(each, ordered, is_root=False)

    def _sorted(self, items: Iterable[Model]) -> list[Model]:
        """Those of a kind by their numbers, the kinds in the order in which they came."""
        items = list(items)
        places = {model: at for at, model in enumerate(dict.fromkeys(type(item) for item in items))}
        return sorted(items, key=lambda item: (places[type(item)], self.number(item), str(item.uuid)))

    def _needs(self, item: Model, is_root: bool) -> Iterable[Model]:
        if not self._related:
            return ()
        kind = kind_of(item)
        return kind.related_of_root(item) if is_root else kind.related(item)

    def _follow(self, roots: Sequence[Model]) -> None:
        waiting = [(root, True) for root in roots]
        while waiting:
            item, is_root = waiting.pop()
            if _key(item) in self._found and not is_root:
                continue
            self._found[_key(item)] = item
            waiting += [(each, False) for each in self._needs(item, is_root) if _key(each) not in self._found]

    def _visible(self, actor: Actor) -> set[Key]:
        by_model: dict[type[Model], list[int]] = defaultdict(list)
        for model, pk in self._found:
            by_model[model].append(pk)
        seen: set[Key] = set()
        for model, pks in by_model.items():
            condition = rules.visible(actor, model)
            if condition is not None:
                pks = list(db.session.execute(select(model.id).where(model.id.in_(pks), condition)).scalars())
            seen.update((model, pk) for pk in pks)
        return {key for key in seen if kind_of(self._found[key]).may_show(actor, self._found[key])}


def _key(item: Model) -> Key:
    return type(item), item.id


def _numbers(found: dict[Key, Model], shown: set[Key]) -> dict[Key, int]:
    """The numbers of the objects; no two of a kind have the same."""
    uuids = [item.uuid for item in found.values()]
    statement = select(BundleNumber.uuid, BundleNumber.number).where(BundleNumber.uuid.in_(uuids))
    brought = {uuid: number for uuid, number in db.session.execute(statement).all()}
    wanted = {key: brought.get(item.uuid, item.id) for key, item in found.items()}
    taken: dict[type[Model], set[int]] = defaultdict(set)
    numbers: dict[Key, int] = {}
    for key in sorted(wanted, key=lambda key: (key not in shown, wanted[key], str(found[key].uuid))):
        number, here = wanted[key], taken[key[0]]
        numbers[key] = max(here) + 1 if number in here else number
        here.add(numbers[key])
    return numbers
