"""Applies bundles: all of one, or nothing.

A uuid says which object a file is about. What an object hangs on stays as it is where it exists; the kind that was
asked for is changed when the caller says `overwrite`. Each object is judged as if the caller had made or changed it
himself. A plan is the same work, undone at its end: it cannot promise what an import would not do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from superset_like.access import rules
from superset_like.access.actor import Actor
from superset_like.errors import BundleInvalid, ProductError
from superset_like.extensions import db, settings
from superset_like.models import BundleNumber
from superset_like.services import history
from superset_like.services.bundles import archive, tags, yaml_text
from superset_like.services.bundles.archive import METADATA, MIB, Limits
from superset_like.services.bundles.arrivals import Arrivals
from superset_like.services.bundles.exporting import ASSETS
from superset_like.services.bundles.kind import VERSION, Kind
from superset_like.services.bundles.kinds import all_kinds
from superset_like.services.bundles.problems import Problems

EXISTS = "{noun} already exists and `overwrite=true` was not passed"
CREATED, CHANGED, LEFT, IGNORED = "created", "changed", "left", "ignored"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a bundle is to be applied. passwords, secrets: path of a file -> what is masked in it."""

    overwrite: bool = False
    passwords: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_plan: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What became, or would become, of a file. action: created, changed, left or ignored. fields: those that differ."""

    file: str
    action: str
    kind: str | None = None
    uuid: UUID | None = None
    fields: tuple[str, ...] = ()


@dataclass
class File:
    """A file of the bundle. item: the object that has its uuid here; None while there is none."""

    path: str
    kind: Kind
    config: dict[str, Any]
    item: Any = None
    is_new: bool = False

    @property
    def number(self) -> int | None:
        """The number by which the bundle knows it."""
        return self.kind.number_in(self.path, self.config)


def apply(actor: Actor, what: str | None, stream: IO[bytes], wish: Wish) -> list[Step]:
    """What became of each file, in the order of the bundle. Commits, unless it is a plan.

    what: the kind that is asked for, or `assets`; None for what the bundle says of itself. Raises BundleInvalid,
    BundleForbidden, BundleTooLarge with the files at fault, or BadRequest when there are none.
    """
    work = Import(actor, wish, archive.contents(stream, _limits()), what)
    try:
        # Objects are written when their kind says so: halfway, the metadata would refuse them.
        with db.session.no_autoflush:
            steps = work.done()
        if wish.is_plan:
            db.session.rollback()
        else:
            db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise BundleInvalid("Something in the bundle collides with something that exists") from error
    except ProductError:
        db.session.rollback()
        raise
    return steps


def _limits() -> Limits:
    here = settings()
    return Limits(
        here.max_bundle_entries, here.max_bundle_file_mib * MIB, here.max_bundle_mib * MIB, here.max_bundle_ratio
    )


class Import:
    """One bundle on its way in."""

    def __init__(self, actor: Actor, wish: Wish, contents: Mapping[str, str], what: str | None) -> None:
        self.actor = actor
        self.wish = wish
        self.contents = contents
        kinds = all_kinds()
        self.problems = Problems(what)
        self.what = self._kind_asked(what)
        asked = set(kinds) if self.what == ASSETS else {self.what, *kinds[self.what].holds}
        self.kinds = {name: kind for name, kind in kinds.items() if name in asked}
        self.arrivals = Arrivals(actor, kinds, wish.passwords, wish.secrets)

    def done(self) -> list[Step]:
        """What became of each file; not committed."""
        files = self._files()
        self.problems.raise_if_any()
        self._find(files)
        self._judge(files)
        self.problems.raise_if_any()
        steps = {path: Step(path, IGNORED) for path in self.contents if path not in {METADATA, tags.PATH}}
        for kind in self.kinds.values():
            of_kind = [file for file in files if file.kind is kind]
            self._make([file for file in of_kind if file.is_new])
            self.problems.raise_if_any()
            for file in of_kind:
                steps[file.path] = self._step(file)
            self.problems.raise_if_any()
        self._remember_numbers(files)
        return list(steps.values())

    def _kind_asked(self, what: str | None) -> str:
        metadata = self._metadata()
        types = {kind.type_name: name for name, kind in all_kinds().items()} | {ASSETS: ASSETS}
        stated = str(metadata["type"]) if metadata.get("type") is not None else None
        if what is None:
            what = types.get(stated or "")
            if what is None:
                self.problems.add(METADATA, {"type": [f"Must be one of: {', '.join(types)}."]})
        elif stated is not None and types.get(stated) != what:
            wanted = next(type_ for type_, name in types.items() if name == what)
            self.problems.add(METADATA, {"type": [f"Must be equal to {wanted}."]})
        self.problems.raise_if_any()
        assert what is not None
        return what

    def _metadata(self) -> dict[str, Any]:
        if METADATA not in self.contents:
            self.problems.add(METADATA, f"Missing {METADATA}")
        value = self._parsed(METADATA, self.contents.get(METADATA, ""))
        metadata = value if isinstance(value, dict) else {}
        if metadata.get("version") != VERSION:
            self.problems.add(METADATA, {"version": [f"Must be equal to {VERSION}."]})
        self.problems.raise_if_any()
        return metadata

    def _files(self) -> list[File]:
        """The files of the kinds that are taken, checked one by one."""
        if tags.PATH in self.contents:
            self.arrivals.tag_descriptions = tags.described(self._parsed(tags.PATH, self.contents[tags.PATH]))
        by_folder = {kind.folder: kind for kind in self.kinds.values()}
        named = ((path, by_folder.get(path.split("/", 1)[0])) for path in sorted(self.contents) if "/" in path)
        loaded = [self._loaded(path, kind) for path, kind in named if kind is not None]
        files = [file for file in loaded if file is not None]
        for file in files:
            uuid, paths = file.config["uuid"], self.arrivals.paths
            if (file.kind.name, uuid) in paths:
                self.problems.add(file.path, {"uuid": [f"{paths[file.kind.name, uuid]} has the same"]})
            paths[file.kind.name, uuid] = file.path
            if file.number is not None:
                self.arrivals.numbers.setdefault((file.kind.name, file.number), uuid)
        # Made in the order of their numbers, objects get these as ids where they are the first ones.
        return sorted(files, key=lambda file: (file.number is None, file.number or 0, file.path))

    def _loaded(self, path: str, kind: Kind) -> File | None:
        value = self._parsed(path, self.contents[path])
        if value is None:
            return None
        try:
            return File(path, kind, kind.schema().load(value))
        except ValidationError as error:
            self.problems.add(path, error.normalized_messages())  # type: ignore[no-untyped-call]
            return None

    def _parsed(self, path: str, text: str) -> Any:
        try:
            value = yaml_text.loaded(text, settings().max_nesting)
        except yaml_text.NotPlain as error:
            self.problems.add(path, str(error))
            return None
        if value is None and path != METADATA:
            self.problems.add(path, "The file is empty")
        return value

    def _find(self, files: list[File]) -> None:
        for kind in self.kinds.values():
            uuids = [file.config["uuid"] for file in files if file.kind is kind]
            statement = select(kind.model).where(kind.model.uuid.in_(uuids)).options(*kind.loading)
            here = {item.uuid: item for item in db.session.execute(statement).scalars()} if uuids else {}
            for file in files:
                if file.kind is kind:
                    file.item = here.get(file.config["uuid"])
                    file.is_new = file.item is None

    def _judge(self, files: Iterable[File]) -> None:
        """Whether the caller may do to each object what the import would do."""
        for file in files:
            kind = file.kind
            if file.item is None:
                if not (self.actor.can("can_write", kind.resource) and rules.may_be_new(self.actor, kind.model)):
                    self.problems.forbid(file.path, f"You may not make a {kind.name.replace('_', ' ')}")
            elif not self._is_wanted(kind):
                if not kind.may_keep(self.actor, file.item):
                    self.problems.forbid(file.path, f"You may not use this {kind.name.replace('_', ' ')}")
            elif not self._may_change(kind, file.item):
                self.problems.forbid(file.path, f"You may not change this {kind.name.replace('_', ' ')}")
            elif not self.wish.overwrite:
                self.problems.add(file.path, EXISTS.format(noun=kind.noun))

    def _may_change(self, kind: Kind, item: Any) -> bool:
        if not self.actor.can("can_write", kind.resource):
            return False
        return rules.can(self.actor, "read", item) and rules.can(self.actor, "edit", item)

    def _is_wanted(self, kind: Kind) -> bool:
        return self.what in {ASSETS, kind.name}

    def _make(self, files: Iterable[File]) -> None:
        for file in files:
            with self.problems.of(file.path):
                file.item = file.kind.made(self.actor, file.config, self.arrivals)
                self._arrived(file)

    def _arrived(self, file: File) -> None:
        self.arrivals.items[file.kind.name, file.config["uuid"]] = file.item

    def _step(self, file: File) -> Step:
        kind = file.kind
        self._arrived(file)
        fields: list[str] = []
        if file.is_new or self._is_wanted(kind):
            is_kept = not file.is_new and kind.model in history.KINDS
            former = history.before(file.item) if is_kept else None
            with self.problems.of(file.path):
                fields = kind.assign(self.actor, file.item, file.config, self.arrivals)
            if former is not None and fields:
                history.keep(former)
        if file.is_new:
            return Step(file.path, CREATED, kind.name, file.config["uuid"])
        return Step(file.path, CHANGED if fields else LEFT, kind.name, file.config["uuid"], tuple(fields))

    def _remember_numbers(self, files: Iterable[File]) -> None:
        """Objects that came in go out by the number that they came with."""
        wanted = {
            file.config["uuid"]: (file.number, file.item) for file in files if file.is_new or self._is_wanted(file.kind)
        }
        statement = select(BundleNumber).where(BundleNumber.uuid.in_(list(wanted)))
        known = {each.uuid: each for each in db.session.execute(statement).scalars()}
        for uuid, (number, item) in wanted.items():
            if number is None:
                continue
            if uuid in known:
                known[uuid].number = number
            elif number != item.id:
                db.session.add(BundleNumber(uuid=uuid, number=number))
