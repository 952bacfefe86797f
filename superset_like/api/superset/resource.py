"""What Superset's resources share: lists, items, writes and their documentation over FAB's ModelRestApi.

FAB's own list costs three times as much: it checks its JSON schema's schema at each call, builds its query by ORM and
keeps the filters of a request on the shared resource. Rights, routes, `_info` and filter operators are FAB's.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import orjson
from flask import Response, current_app, request
from flask_appbuilder import Model
from flask_appbuilder.api import BaseApi, ModelRestApi
from flask_appbuilder.models.filters import BaseFilter
from marshmallow import Schema, ValidationError, fields
from sqlalchemy import Select, Uuid, func, or_, select
from sqlalchemy.orm import class_mapper

from superset_like.access import rules
from superset_like.access.actor import Actor, current
from superset_like.access.remembered import Remembered
from superset_like.api.superset.documented import DESCRIPTIONS, Operation, endpoint
from superset_like.api.superset.errors import render_error
from superset_like.api.superset.rison import SCHEMAS, q_argument
from superset_like.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    Outdated,
    ProductError,
)
from superset_like.extensions import db, settings
from superset_like.models import projection, stamp
from superset_like.models.mixins import Versioned
from superset_like.services import archives

JSON = "application/json; charset=utf-8"
# Lists and items that a process remembers how to read.
READINGS = 300
# Bytes of the largest page whose rows are remembered with it.
LARGEST_KEPT = 100_000
WRITE_REFUSALS = (400, 401, 403, 404, 409, 412, 422)
PLAIN_LIST_ARGUMENTS = ("page", "page_size", "order_column", "order_direction", "columns")


def json_response(status: int, body: Any) -> Response:
    """The body as JSON; numbers, times and uuids as orjson writes them."""
    return Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status=status, content_type=JSON)


def tagged(response: Response, version: int | None) -> Response:
    """The answer with the version that a later write may name in If-Match."""
    if version is not None:
        response.set_etag(str(version))
    return response


class Documented(BaseApi):
    """OpenAPI from `endpoint(...)`, and errors in the dialect's one shape. open_to_guests: names of methods."""

    open_to_guests: ClassVar[frozenset[str]] = frozenset()

    allow_browser_login = True
    # Our own check knows which requests need a token; see access/csrf.py.
    csrf_exempt = True
    # What a body that does not fit its schema answers.
    invalid_body_status: ClassVar[int] = 400

    @staticmethod
    def response(code: int, **body: Any) -> Response:
        return json_response(code, body)

    def response_400(self, message: str = "") -> Response:
        return render_error(BadRequest(message))

    def response_401(self) -> Response:
        return render_error(NotAuthenticated())

    def response_403(self) -> Response:
        return render_error(Forbidden())

    def response_404(self) -> Response:
        return render_error(NotFound())

    def response_422(self, message: str = "") -> Response:
        return render_error(Invalid(message))

    def response_500(self, message: str = "") -> Response:
        # FAB's @safe asks for this while it handles an error; the application's handlers know more of that error.
        error = sys.exc_info()[1]
        if error is not None:
            raise error
        return render_error(ProductError(message))

    def body(self, schema: type[Schema]) -> dict[str, Any]:
        """The request's JSON body, checked. Raises BadRequest or Invalid with the fields at fault."""
        return checked(schema, json_body(), self.invalid_body_status)

    def operation_helper(
        self,
        path: str | None = None,
        operations: dict[str, Any] | None = None,
        methods: list[str] | None = None,
        func: Any = None,
        **kwargs: Any,
    ) -> None:
        operation: Operation | None = getattr(func, "operation", None)
        if operation is None or operations is None:
            super().operation_helper(path=path, operations=operations, methods=methods, func=func, **kwargs)
            return
        for method in methods or ():
            operations[method.lower()] = self._specified(path or "", operation)

    def _specified(self, path: str, operation: Operation) -> dict[str, Any]:
        parameters: list[Any] = [
            {"in": "path", "name": name, "required": True, "schema": {"type": _path_type(name)}}
            for name in re.findall(r"{(\w+)}", path)
        ]
        if operation.q:
            schema = SCHEMAS[operation.q]
            parameters.append({"in": "query", "name": "q", "content": {"application/json": {"schema": schema}}})
        parameters += operation.parameters
        spec: dict[str, Any] = {"summary": operation.summary, "parameters": parameters, "responses": {}}
        content = {operation.content_type: {"schema": operation.answer or {"type": "object"}}}
        spec["responses"][str(operation.status)] = {"description": DESCRIPTIONS[operation.status], "content": content}
        for status in operation.refusals:
            spec["responses"][str(status)] = {
                "description": DESCRIPTIONS[status],
                "content": {"application/json": {"schema": ERROR}},
            }
        body = getattr(self, operation.body) if isinstance(operation.body, str) else operation.body
        if body is not None:
            spec["requestBody"] = {"required": True, "content": {operation.body_type: {"schema": body}}}
        if operation.refused:
            spec["x-refused"] = {"status": operation.refusals[0], "reason": operation.refused}
        if not operation.is_public:
            spec["security"] = [{"jwt": []}, {"api_key": []}]
        return spec


ERROR = {
    "type": "object",
    "properties": {
        "message": {"description": "A text, or the texts for each field"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "status": {"type": "integer"},
    },
}


def _path_type(name: str) -> str:
    return "integer" if name == "pk" or name.endswith("_id") else "string"


def json_body() -> Any:
    """The request's JSON. Raises BadRequest when it is none, whatever its content type."""
    raw = request.get_data(cache=True)
    if not raw:
        raise BadRequest("Request is not JSON")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(
            "400 Bad Request: The browser (or proxy) sent a request that this server could not understand."
        ) from error


def checked(schema: type[Schema], value: Any, status: int = 400) -> dict[str, Any]:
    """The value as the schema loads it. Raises BadRequest (400) or Invalid (422) with the fields at fault."""
    try:
        loaded: dict[str, Any] = _made(schema).load(value)
    except ValidationError as error:
        problem = Invalid if status == 422 else BadRequest
        messages: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise problem(fields=messages) from error
    return loaded


@cache
def _made(schema: type[Schema]) -> Schema:
    # It copies each of its fields, which costs more than it takes to check a body; loading changes nothing in it.
    return schema()


class SupersetResource(Documented):
    """A resource that is no table of objects."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The statement that answers an item. keys: what of the metadata is wanted; None for all.

    is_lasting: whether the statement may be run again for a later request. is_stamped: whether all that it reads is
    under the stamps, so that what it found still holds while they stand.
    """

    columns: tuple[str, ...]
    keys: Sequence[str] | None
    shown: projection.Projection
    page: Select[Any]
    is_lasting: bool = True
    is_stamped: bool = False
    kept: dict[str, Any] = dataclass_field(default_factory=dict)

    def objects(self) -> Sequence[Any]:
        """What the statement finds."""
        found: Sequence[Any] | None = self.kept.get("objects")
        if found is None:
            found = self.shown.read(db.session(), self.page)
            if self.is_stamped and self.shown.size(found) <= LARGEST_KEPT:
                self.kept["objects"] = found
        return found


@dataclass(frozen=True, slots=True)
class Listing(Reading):
    """The statements that answer a list."""

    counting: Select[Any] = dataclass_field(kw_only=True)

    def count(self) -> int:
        """How many there are on all pages."""
        found: int | None = self.kept.get("count")
        if found is None:
            found = db.session.connection().execute(self.counting).scalar_one()
            if self.is_stamped:
                self.kept["count"] = found
        return found


Found = TypeVar("Found", bound=Reading)


class SupersetModelResource(Documented, ModelRestApi):
    """Objects of one kind: `_info`, list, item, related and distinct, and writes through `service`.

    list_columns, show_columns: see models/projection. add_schema, edit_schema: bodies of POST and PUT. service: a
    module with create(actor, values) -> object, update(actor, pk, values) -> object, delete(actor, pks) -> count (all
    or none); each commits. noun, plural: as messages say it (`Deleted 2 charts`).
    """

    service: ClassVar[Any]
    add_schema: ClassVar[type[Schema]]
    edit_schema: ClassVar[type[Schema]]
    noun: ClassVar[str]
    plural: ClassVar[str]
    allowed_rel_fields: ClassVar[frozenset[str]] = frozenset()
    allowed_distinct_fields: ClassVar[frozenset[str]] = frozenset()
    list_description_columns: ClassVar[Mapping[str, str]] = {}
    page_size = 20

    list_model_schema: Any
    show_model_schema: Any

    def _init_model_schemas(self) -> None:
        # Bodies have schemas of their own, answers come from projections: FAB need not derive either.
        empty = Schema.from_dict({})
        self.list_model_schema = self.list_model_schema or empty()
        self.show_model_schema = self.show_model_schema or empty()
        self.add_model_schema = getattr(self, "add_schema", empty)()
        self.edit_model_schema = getattr(self, "edit_schema", empty)()

    @property
    def model(self) -> type[Model]:
        found: type[Model] = self.datamodel.obj
        return found

    def visible(self) -> Select[Any]:
        """A statement over all objects the caller may see."""
        condition = rules.visible(current(), self.model)
        statement = select(self.model)
        return statement if condition is None else statement.where(condition)

    def in_lists(self) -> Select[Any]:
        """As `visible`, without what somebody put away."""
        condition = archives.not_archived(self.model)
        return self.visible() if condition is None else self.visible().where(condition)

    @endpoint("GET", "/", "A page of them", permission="read", q="list")
    def get_list(self) -> Response:
        return self.listed(self._remembered("", self._listing))

    def listed(self, asked: Listing) -> Response:
        """A page of them, as it was asked for."""
        records = asked.shown.records(asked.objects())
        count = asked.count()
        body: dict[str, Any] = {"count": count, "ids": [record["id"] for record in records]}
        body["result"] = self._pruned(self.finished(records), asked.columns)
        body.update(self._list_metadata(asked.keys, asked.columns))
        return json_response(200, body)

    def _remembered(self, pk: str, make: Callable[[], Found]) -> Found:
        """What the request asks for, put together once for each caller while nothing changes."""
        memory = current_app.extensions.setdefault("superset_like_readings", Remembered(READINGS))
        # Putting a statement together costs as much as running it.
        key = (type(self), pk, request.query_string, current())
        stamps = stamp.current(db.session())
        known: Found | None = memory.get(stamps, key)
        if known is None:
            known = make()
            if known.is_lasting:
                memory.put(stamps, key, known)
        return known

    def _listing(self, among: Select[Any] | None = None) -> Listing:
        wish = list_wish()
        columns = self._wanted(wish)
        filters = wish.get("filters") or ()
        found = self._filtered(self.in_lists() if among is None else among, filters)
        shown = self._projection(columns)
        return Listing(
            columns,
            wish.get("keys"),
            shown,
            self._paged(self._ordered(shown.over(found), wish), wish),
            # A filter by a relation holds the object that it compares with.
            is_lasting=not any(each["opr"].startswith(("rel_", "nrel_")) for each in filters),
            # Filters of our own may look into tables that no stamp covers.
            is_stamped=self._is_stamped() and all(each["opr"] in KNOWN_OPERATORS for each in filters),
            counting=found.with_only_columns(func.count(self.model.id), maintain_column_froms=True),
        )

    def _projection(self, columns: Sequence[str]) -> projection.Projection:
        model: Any = self.model
        return projection.of(model, ("id", *(name for name in columns if name != "id")))

    def finished(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The records as lists and items show them; a place for what no column says."""
        return records

    def finished_item(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record as the item shows it, after `finished`."""
        return record

    def _pruned(self, records: list[dict[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
        unasked = [name for name in ("id", "version") if name not in columns]
        for record in records:
            for name in unasked:
                record.pop(name, None)
        return records

    def _wanted(self, wish: Mapping[str, Any]) -> tuple[str, ...]:
        columns, narrowed = wish.get("columns"), wish.get("select_columns")
        if columns and narrowed:
            raise BadRequest("Cannot use both select and sel columns")
        asked = columns or narrowed
        if not asked:
            return tuple(self.list_columns)
        allowed = set(self.list_columns)
        return tuple(name for name in dict.fromkeys(asked) if name in allowed) or tuple(self.list_columns)

    def _filtered(self, statement: Select[Any], filters: Sequence[Mapping[str, Any]]) -> Select[Any]:
        for each in filters:
            found = self._filter(each["col"], each["opr"])
            if found is not None:
                statement = _applied(found, statement, each["value"])
        return statement

    def _filter(self, column: str, operator: str) -> BaseFilter | None:
        known: list[BaseFilter] = self._filters.get_search_filters().get(column, [])
        if column not in self.search_columns:
            raise BadRequest(f"Filter column: {column} not allowed to filter")
        for each in known:
            if each.arg_name == operator:
                # FAB keeps filters of our own as classes.
                return each(column, self.datamodel) if isinstance(each, type) else each
        if operator in KNOWN_OPERATORS:
            raise BadRequest(f"Filter operation: {operator} not allowed on column: {column}")
        # superset-sup sends operators no server knows and expects an unfiltered list.
        return None

    def _ordered(self, statement: Select[Any], wish: Mapping[str, Any]) -> Select[Any]:
        column, direction = wish.get("order_column"), wish.get("order_direction", "asc")
        if not column:
            column, direction = self.base_order or ("id", "asc")
        elif column not in self.order_columns:
            raise BadRequest(f"Invalid order by column: {column}")
        joins, key = projection.order_key(self.model, column)
        for join in joins:
            statement = statement.outerjoin(join)
        identity = self.model.id
        if direction == "desc":
            return statement.order_by(key.desc(), identity.desc())
        return statement.order_by(key.asc(), identity.asc())

    def _paged(self, statement: Select[Any], wish: Mapping[str, Any]) -> Select[Any]:
        page, size = max(wish.get("page") or 0, 0), wish.get("page_size") or self.page_size
        limit = self.max_page_size or settings().max_page_size
        if limit == -1:
            if size == -1:
                return statement
        elif size > limit or size < 1:
            size = limit
        # Past this no database counts.
        return statement.limit(size).offset(min(page * size, 2**62))

    def _list_metadata(self, keys: Sequence[str] | None, columns: Sequence[str]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "list_columns": columns,
            "order_columns": self.order_columns,
            "label_columns": {name: self.label_columns.get(name, "") for name in columns},
            "description_columns": {
                name: text for name, text in self.list_description_columns.items() if name in columns
            },
            "list_title": self.list_title,
        }
        return made if not keys else {key: value for key, value in made.items() if key in keys}

    @endpoint("GET", "/<pk>", "One of them", permission="read", q="item")
    def get(self, pk: str) -> Response:
        return self.shown(self._remembered(pk, lambda: self._item(pk)))

    def shown(self, asked: Reading) -> Response:
        """One of them, as it was asked for. Raises NotFound."""
        records = asked.shown.records(asked.objects())
        if not records:
            raise NotFound()
        identity, version = records[0]["id"], records[0].get("version")
        record = self.finished_item(self._pruned(self.finished(records), asked.columns)[0])
        body: dict[str, Any] = {"id": identity, "result": record}
        body.update(self._show_metadata(asked.keys, asked.columns))
        return tagged(json_response(200, body), version)

    def _item(self, pk: str, among: Select[Any] | None = None) -> Reading:
        wish = q_argument("item")
        wanted = [name for name in wish.get("columns", ()) if name in self.show_columns]
        columns = tuple(wanted or self.show_columns)
        shown = self._projection((*columns, "version") if self._is_versioned() else columns)
        page = shown.over(self.identified(self.visible() if among is None else among, pk))
        return Reading(columns, wish.get("keys"), shown, page, is_stamped=self._is_stamped())

    def _is_versioned(self) -> bool:
        return issubclass(self.model, Versioned)

    def _is_stamped(self) -> bool:
        return self.model in stamp.CONTENT or self.model in stamp.SECURITY

    def identified(self, statement: Select[Any], pk: str) -> Select[Any]:
        """The statement for one object, by its id; resources that take uuids or slugs widen it."""
        return statement.where(self.model.id == whole_number(pk))

    def _show_metadata(self, keys: Sequence[str] | None, columns: Sequence[str]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "show_columns": columns,
            "label_columns": {name: self.label_columns.get(name, "") for name in columns},
            "description_columns": {},
            "show_title": self.show_title,
        }
        return made if not keys else {key: value for key, value in made.items() if key in keys}

    @endpoint("GET", "/_info", "What can be asked and written here", permission="read", q="info")
    def info(self) -> Response:
        keys = q_argument("info").get("keys")
        makers = {
            "permissions": ("permissions", self._permissions),
            "add_columns": ("add_columns", lambda: self._columns_info(self.add_columns, self.add_model_schema)),
            "edit_columns": ("edit_columns", lambda: self._columns_info(self.edit_columns, self.edit_model_schema)),
            "filters": ("filters", self._filters_info),
            "add_title": ("add_title", lambda: self.add_title),
            "edit_title": ("edit_title", lambda: self.edit_title),
        }
        return json_response(200, {name: make() for key, (name, make) in makers.items() if not keys or key in keys})

    def _permissions(self) -> list[str]:
        actor = current()
        return sorted(name for name in self.base_permissions if actor.can(name, self.class_permission_name))

    def _columns_info(self, columns: Sequence[str], schema: Schema) -> list[dict[str, Any]]:
        return [self._column_info(name, schema.fields.get(name)) for name in columns]

    def _column_info(self, name: str, field: fields.Field[Any] | None) -> dict[str, Any]:
        info: dict[str, Any] = {
            "name": name,
            "label": self.label_columns.get(name) or self._prettify_column(name),
            "description": str(field.metadata.get("description", "")) if field else "",
            "type": type(field).__name__ if field else "String",
            "required": bool(field and field.required),
            "unique": bool(field and field.metadata.get("unique", False)),
        }
        if field is not None and field.validators:
            info["validate"] = [repr(validator) for validator in field.validators]
        return info

    def _filters_info(self) -> dict[str, list[dict[str, str]]]:
        known = self._filters.get_search_filters()
        return {
            column: [{"name": str(each.name), "operator": each.arg_name} for each in known.get(column, [])]
            for column in self.search_columns
        }

    @endpoint("GET", "/related/<column_name>", "Objects one may relate to", permission="read", q="related")
    def related(self, column_name: str) -> Response:
        wish = q_argument("related")
        if column_name not in self.allowed_rel_fields:
            raise NotFound()
        page, ids = wish.get("page") or 0, wish.get("include_ids") or []
        if ids and page > 0:
            raise Invalid("include_ids can only be used on the first page")
        target = class_mapper(self.model).relationships[column_name].mapper.class_
        return json_response(200, related_values(current(), target, wish, self._page_size(wish), ids))

    def _page_size(self, wish: Mapping[str, Any]) -> int:
        size = wish.get("page_size") or self.page_size
        return size if 1 <= size <= settings().max_page_size else settings().max_page_size

    @endpoint("GET", "/distinct/<column_name>", "Values in use", permission="read", q="related")
    def distinct(self, column_name: str) -> Response:
        wish = q_argument("related")
        if column_name not in self.allowed_distinct_fields:
            raise NotFound()
        column = getattr(self.model, column_name)
        statement = self.visible().with_only_columns(column).where(column.is_not(None)).distinct()
        if wish.get("filter"):
            statement = statement.where(column.istartswith(wish["filter"], autoescape=True))
        count = db.session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
        size = self._page_size(wish)
        page = statement.order_by(column).limit(size).offset(max(wish.get("page") or 0, 0) * size)
        values = db.session.execute(page).scalars()
        return json_response(200, {"count": count, "result": [{"text": value, "value": value} for value in values]})

    @endpoint("POST", "/", "Make one", permission="write", status=201, body="add_schema")
    def post(self) -> Response:
        values = self.body(self.add_schema)
        item = self.service.create(current(), values)
        return json_response(201, {"id": item.id, "result": self.written(item)})

    @endpoint(
        "PUT",
        "/<pk>",
        "Change one; with If-Match, only that version",
        permission="write",
        body="edit_schema",
        refusals=WRITE_REFUSALS,
    )
    def put(self, pk: str) -> Response:
        sent, values = self.edited()
        # Held until it is written: the write is compared with the version that was read here.
        _held = self.as_expected(whole_number(pk), sent.pop("version", None))
        item = self.service.update(current(), whole_number(pk), values)
        body = {"id": item.id, "result": {name: each for name, each in self.sent().items() if name != "version"}}
        changed: datetime | None = getattr(item, "changed_on", None)
        if changed is not None:
            body["last_modified_time"] = changed.replace(microsecond=0).timestamp()
        return tagged(json_response(200, body), getattr(item, "version", None))

    def edited(self, status: int | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """(what a PUT sent, the same as the schema loads it); the first may name a `version`, the second does not.

        status: of a body that does not fit. Raises BadRequest, Invalid.
        """
        sent = json_body()
        named = isinstance(sent, dict) and self._is_versioned()
        fields = {name: value for name, value in sent.items() if name != "version"} if named else sent
        return sent, checked(self.edit_schema, fields, status or self.invalid_body_status)

    def as_expected(self, pk: int, version: Any = None) -> Model | None:
        """The object, to be held until it is written; None where the request names no version.

        version: what its body named. Raises NotFound, Outdated (If-Match) and Conflict (version) where it is another.
        """
        if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
            raise BadRequest(fields={"version": ["Not a valid integer."]})
        by_header = bool(request.if_match) and not request.if_match.star_tag
        if not self._is_versioned() or (not by_header and version is None):
            return None
        item: Model | None = db.session.execute(self.visible().where(self.model.id == pk)).scalar()
        if item is None:
            raise NotFound()
        if by_header and not request.if_match.contains(str(item.version)):
            raise Outdated(version=item.version)
        if version is not None and version != item.version:
            raise Conflict(Outdated.default_message, version=item.version)
        return item

    @endpoint("DELETE", "/<pk>", "Delete one", permission="write")
    def delete(self, pk: str) -> Response:
        _held = self.as_expected(whole_number(pk))
        self.service.delete(current(), [whole_number(pk)])
        return json_response(200, {"message": "OK"})

    @endpoint("DELETE", "/", "Delete several, or none when one of them may not be", permission="write", q="ids")
    def bulk_delete(self) -> Response:
        pks = list(dict.fromkeys(q_argument("ids")))
        if not pks:
            raise BadRequest("Not a valid rison schema [] should be non-empty")
        count = self.service.delete(current(), pks)
        noun = self.noun if count == 1 else self.plural
        return json_response(200, {"message": f"Deleted {count} {noun}"})

    def sent(self) -> dict[str, Any]:
        """What the request holds, as its answer may repeat it."""
        return dict(json_body())

    def written(self, item: Model) -> dict[str, Any]:
        """What POST answers as `result`: what was sent, with what the server filled in."""
        sent = self.sent()
        sent.setdefault("uuid", str(item.uuid) if getattr(item, "uuid", None) else None)
        return sent


# An operator that exists, but not on the asked column, is an error; see _filter.
KNOWN_OPERATORS = frozenset("sw ew ct eq nsw new nct neq in not_in gt lt rel_o_m nrel_o_m rel_m_m eqf inf".split())


def _applied(found: BaseFilter, statement: Select[Any], value: Any) -> Select[Any]:
    if value is None and found.arg_name not in {"eq", "neq"}:
        return statement
    attribute = getattr(found.model, found.column_name, None)
    if isinstance(getattr(attribute, "type", None), Uuid):
        value = _uuids(value)
    try:
        applied: Select[Any] = found.apply(statement, value)
    except (TypeError, ValueError, AttributeError) as error:
        raise BadRequest(f"Filter value: {value!r} is not valid on column: {found.column_name}") from error
    return applied


def _uuids(value: Any) -> Any:
    return [UUID(each) for each in value] if isinstance(value, list) else UUID(str(value))


def by_id_or_uuid(statement: Select[Any], model: type[Model], text: str) -> Select[Any]:
    """The statement for the one object of this id or uuid."""
    try:
        return statement.where(model.uuid == UUID(text))
    except ValueError:
        return statement.where(model.id == whole_number(text))


def whole_number(text: str) -> int:
    """The number in a URL. Raises NotFound when it is none, or larger than any id."""
    if not re.fullmatch(r"\d{1,18}", str(text)):
        raise NotFound()
    number = int(text)
    if number > 2**31 - 1:
        raise NotFound()
    return number


def list_wish() -> dict[str, Any]:
    """What a list is asked for: `q`, and plain parameters where `q` does not say."""
    wish = dict(q_argument("list"))
    for name in PLAIN_LIST_ARGUMENTS:
        values = request.args.getlist(name)
        if values and name not in wish:
            wish[name] = _plain(name, values)
    return wish


def _plain(name: str, values: list[str]) -> Any:
    if name == "columns":
        return [part for value in values for part in value.split(",") if part]
    if name in {"page", "page_size"}:
        if not re.fullmatch(r"-?\d{1,18}", values[0]):
            raise BadRequest(f"{name} must be a number", fields={name: ["Not a valid integer."]})
        return int(values[0])
    if name == "order_direction" and values[0] not in {"asc", "desc"}:
        raise BadRequest("order_direction must be asc or desc", fields={name: ["Must be one of: asc, desc."]})
    return values[0]


def related_values(
    actor: Actor, target: type[Model], wish: Mapping[str, Any], size: int, include_ids: Sequence[int]
) -> dict[str, Any]:
    """{count, result: [{value, text, extra?}]} of the objects of a kind that the caller may name."""
    texts = rules.text_columns(target)
    statement = select(target)
    condition = rules.namable(actor, target)
    if condition is not None:
        statement = statement.where(condition)
    if wish.get("filter"):
        statement = statement.where(or_(*(text.icontains(wish["filter"], autoescape=True) for text in texts)))
    count = db.session.execute(
        statement.with_only_columns(func.count(target.id), maintain_column_froms=True)
    ).scalar_one()
    page = statement.order_by(*texts).limit(size).offset(max(wish.get("page") or 0, 0) * size)
    found = list(db.session.execute(page).scalars())
    missing = [pk for pk in include_ids if pk not in {item.id for item in found}]
    if missing:
        extra = select(target).where(target.id.in_(missing))
        found += db.session.execute(extra if condition is None else extra.where(condition)).scalars()
    return {"count": count, "result": [rules.named(actor, item) for item in found]}
