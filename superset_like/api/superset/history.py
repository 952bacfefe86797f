"""Former versions of an object, and deleted objects: listed, looked at, restored."""

from typing import Any, ClassVar

from flask import Response
from flask_appbuilder.security.sqla.models import User

from superset_like.access.actor import current
from superset_like.api.superset.arguments import count, whole
from superset_like.api.superset.documented import Parameter, endpoint
from superset_like.api.superset.resource import WRITE_REFUSALS, json_response, tagged, whole_number
from superset_like.errors import NotFound
from superset_like.extensions import db, settings
from superset_like.models import DeletedObject, ObjectType
from superset_like.services import history, restoring
from superset_like.services.history import Entry, State, Tracked

PAGES = (Parameter("page", "integer"), Parameter("page_size", "integer"))
PAGE_SIZE = 25


class HistoryMixin:
    """Endpoints of a resource whose former states are kept."""

    history_of: ClassVar[ObjectType]
    visible: Any
    identified: Any
    as_expected: Any

    @endpoint(
        "GET",
        "/<pk>/history/",
        "Its versions, the latest first",
        permission="write",
        parameters=PAGES,
    )
    def history(self, pk: str) -> Response:
        number, size = _page()
        total, entries = history.entries(current(), self._tracked(pk), number, size)
        return json_response(200, {"count": total, "result": [entry_record(entry) for entry in entries]})

    @endpoint("GET", "/<pk>/history/<version>", "One of its versions, with its state", permission="write")
    def history_version(self, pk: str, version: str) -> Response:
        item = self._tracked(pk)
        entry, state = history.version_of(current(), item, whole_number(version))
        now = history.state_of(item)
        record = entry_record(entry) | {"state": state, "differs": difference_records(state, now)}
        return json_response(200, {"result": record})

    @endpoint(
        "POST",
        "/<pk>/history/<version>/restore",
        "It is as in that version again, which is a new version",
        permission="write",
        refusals=WRITE_REFUSALS,
    )
    def restore_version(self, pk: str, version: str) -> Response:
        item = self._tracked(pk)
        _held = self.as_expected(item.id)
        item, left_out = restoring.version(current(), item, whole_number(version))
        return tagged(json_response(200, {"id": item.id, "result": restored_record(item, left_out)}), item.version)

    @endpoint("GET", "/deleted/", "Those deleted that one may restore", permission="write", parameters=PAGES)
    def deleted(self) -> Response:
        number, size = _page()
        total, graves = history.deleted(current(), self.history_of, number, size)
        return json_response(200, {"count": total, "result": [deleted_record(grave) for grave in graves]})

    @endpoint(
        "POST",
        "/deleted/<deleted_id>/restore",
        "It is there again, with its uuid and history",
        permission="write",
        status=201,
        refusals=WRITE_REFUSALS,
    )
    def restore_deleted(self, deleted_id: str) -> Response:
        grave = history.deleted_one(current(), self.history_of, whole_number(deleted_id))
        item, left_out = restoring.deleted(current(), grave)
        return tagged(json_response(201, {"id": item.id, "result": restored_record(item, left_out)}), item.version)

    def _tracked(self, pk: str) -> Tracked:
        item: Tracked | None = db.session.execute(self.identified(self.visible(), pk)).scalar()
        if item is None:
            raise NotFound()
        return item


def entry_record(entry: Entry) -> dict[str, Any]:
    """A version as lists show it."""
    return {
        "version": entry.version,
        "changed_on": entry.changed_on,
        "changed_by": person_record(entry.changed_by),
        "changed": entry.changed,
        "restored_version": entry.restored_version,
        "is_current": entry.is_current,
    }


def difference_records(then: State, now: State) -> list[dict[str, Any]]:
    """Each field that is another now: {field, then, now}."""
    return [
        {"field": field, "then": history.value_at(then, field), "now": history.value_at(now, field)}
        for field in history.differences(then, now)
    ]


def deleted_record(grave: DeletedObject) -> dict[str, Any]:
    """A deleted object. id: what to restore it by; object_id: what it was."""
    return {
        "id": grave.id,
        "object_id": grave.object_id,
        "uuid": grave.uuid,
        "name": grave.name,
        "version": grave.version,
        "deleted_on": grave.deleted_on,
        "deleted_by": person_record(grave.deleted_by),
        "restorable_until": history.restorable_until(grave),
    }


def restored_record(item: Tracked, left_out: list[str]) -> dict[str, Any]:
    """What was restored. left_out: what could not be."""
    return {"uuid": item.uuid, "version": item.version, "left_out": left_out}


def person_record(user: User | None) -> dict[str, Any] | None:
    """Who it was."""
    return user and {"id": user.id, "first_name": user.first_name, "last_name": user.last_name}


def _page() -> tuple[int, int]:
    size = count("page_size") or PAGE_SIZE
    return min(whole("page") or 0, 10**6), min(size, settings().max_page_size)
