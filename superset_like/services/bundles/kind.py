"""What a kind of asset says of itself, so that bundles can carry it."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from flask_appbuilder import Model
from marshmallow import RAISE, Schema, fields
from marshmallow.validate import Equal, Length
from werkzeug.utils import secure_filename

from superset_like.access import rules
from superset_like.access.actor import Actor

if TYPE_CHECKING:
    from superset_like.services.bundles.arrivals import Arrivals
    from superset_like.services.bundles.selection import Selection

VERSION = "1.0.0"
LARGEST_NUMBER = 2**31 - 1


class Config(Schema):
    """What the file of every kind holds."""

    class Meta:
        unknown = RAISE

    uuid = fields.UUID(required=True)
    version = fields.String(required=True, validate=Equal(VERSION))
    is_managed_externally = fields.Boolean(allow_none=True)
    external_url = fields.String(allow_none=True, validate=Length(max=2000))


class Kind(ABC):
    """A kind of asset; it keeps no state.

    name: as the API calls it. type_name: as `metadata.yaml` says it. noun: as messages do. folder: where its files lie.
    resource: whose `can_write` lets somebody make one. rank: place in an import. holds: the kinds, by name, that a
    bundle of this one brings along. title_field: what people call it; file names are made of this. is_numbered: whether
    they end in a number. schema: of a file. loading: how its objects are read together with what their files say.
    """

    name: ClassVar[str]
    type_name: ClassVar[str]
    noun: ClassVar[str]
    folder: ClassVar[str]
    resource: ClassVar[str]
    rank: ClassVar[int]
    holds: ClassVar[frozenset[str]]
    title_field: ClassVar[str]
    is_numbered: ClassVar[bool] = True
    model: ClassVar[type[Model]]
    schema: ClassVar[type[Config]]
    loading: ClassVar[tuple[Any, ...]] = ()

    @abstractmethod
    def config(self, item: Any, selection: "Selection") -> dict[str, Any]:
        """What its file holds, in the order of Superset's files."""

    @abstractmethod
    def made(self, actor: Actor, config: Mapping[str, Any], arrivals: "Arrivals") -> Any:
        """A new object of this uuid, with what it cannot be without; not committed. Raises Invalid, Forbidden."""

    @abstractmethod
    def assign(self, actor: Actor, item: Any, config: Mapping[str, Any], arrivals: "Arrivals") -> list[str]:
        """The fields that differed; the object has what the file says of it, and keeps what it does not say.

        Not committed. Raises Invalid, Forbidden.
        """

    def may_keep(self, actor: Actor, item: Any) -> bool:
        """Whether the caller may build on an object that is there already."""
        return rules.can(actor, "read", item)

    def folder_of(self, item: Any) -> str:
        """The folder of its file."""
        return self.folder

    def related(self, item: Any) -> Iterable[Model]:
        """What it cannot be used without; their files follow its own."""
        return ()

    def related_of_root(self, item: Any) -> Iterable[Model]:
        """The same, where the object itself was asked for."""
        return self.related(item)

    def may_show(self, actor: Actor, item: Any) -> bool:
        """Whether the file tells this caller nothing that he may not know, when he may see the object."""
        return True

    def file_name(self, item: Any, number: int | None) -> str:
        """The name of its file, without folder and ending."""
        stem = secure_filename(getattr(item, self.title_field) or "")
        if not stem:
            return str(item.id if number is None else number)
        return stem if number is None else f"{stem}_{number}"

    def number_in(self, path: str, config: Mapping[str, Any]) -> int | None:
        """The number by which the bundle knows the object in this file; None when the file's name tells none."""
        stem = secure_filename(config.get(self.title_field) or "")
        found = re.fullmatch(rf"(?:{re.escape(stem)}_)?(\d{{1,10}})" if stem else r"(\d{1,10})", _stem(path))
        number = int(found[1]) if self.is_numbered and found else None
        return number if number is not None and 0 < number <= LARGEST_NUMBER else None


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def json_or_none(text: str | None) -> Any:
    """What a stored JSON text holds; None for none and for an empty one."""
    return json.loads(text) if text else None


def assign_values(item: Any, values: Mapping[str, Any], json_texts: frozenset[str] = frozenset()) -> list[str]:
    """The names whose values differed; the object has the given ones. Of JSON texts the content counts."""
    differing = [name for name, value in values.items() if not _is_same(getattr(item, name), value, name in json_texts)]
    for name in differing:
        setattr(item, name, values[name])
    return differing


def _is_same(present: Any, given: Any, is_json: bool) -> bool:
    if is_json:
        return bool(json_or_none(present) == json_or_none(given))
    return bool(present == given)
