"""How alerts and reports are said: as mail for people, as JSON for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from html import escape
from uuid import UUID

import orjson

from superset_like.extensions import settings
from superset_like.models import Report
from superset_like.models.markdown import as_html
from superset_like.services.report_contents import Content, Rows

CELL = 'style="border:1px solid #d0d7de;padding:4px 8px;text-align:left"'
BODY = 'style="font-family:Helvetica,Arial,sans-serif;font-size:14px;color:#1f2328"'
LONGEST_SUBJECT = 250


@dataclass(frozen=True, slots=True)
class Told:
    """What one run tells. run: names it. value: what an alert found."""

    run: UUID
    report_id: int
    type: str
    name: str
    subject: str
    description: str
    context: str
    scheduled: datetime
    content: Content
    value: float | None = None


def told(report: Report, run: UUID, scheduled: datetime, content: Content, value: float | None) -> Told:
    """The run of the report in words."""
    return Told(
        run,
        report.id,
        report.type,
        report.name,
        report.email_subject or report.name,
        report.description or "",
        report.context_markdown or "",
        scheduled,
        content,
        value,
    )


def subject(text: str) -> str:
    """The subject of a mail: one line, with what each begins with."""
    return " ".join(f"{settings().email_subject_prefix}{text}".split())[:LONGEST_SUBJECT]


def mail(what: Told) -> EmailMessage:
    """The mail: a text, the same as HTML, pictures where they belong, files beside."""
    message = EmailMessage()
    message["Subject"] = subject(what.subject)
    message.set_content(_text(what))
    inline = [(file, f"picture{number}@superset_like") for number, file in enumerate(what.content.files)]
    inline = [(file, name) for file, name in inline if file.is_inline]
    message.add_alternative(_html(what, [name for _, name in inline]), subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]
    for file, name in inline:
        kind, sub = file.kind.split("/")
        html.add_related(  # type: ignore[union-attr]
            file.body, kind, sub, cid=f"<{name}>", filename=file.name, disposition="inline"
        )
    for file in what.content.files:
        if not file.is_inline:
            kind, sub = file.kind.split("/")
            message.add_attachment(file.body, kind, sub, filename=file.name)
    return message


def failure(report: Report, error: str) -> EmailMessage:
    """The mail to the owners of what could not be told."""
    message = EmailMessage()
    message["Subject"] = subject(f"Failed: {report.name}")
    lines = [f"The {report.type.lower()} {report.name} could not be run.", error]
    message.set_content("\n\n".join(lines))
    message.add_alternative(page([f"<p>{escape(line)}</p>" for line in lines]), subtype="html")
    return message


def payload(what: Told) -> bytes:
    """The JSON for a program. text: what a person would read."""
    rows = what.content.rows
    return orjson.dumps(
        {
            "id": str(what.run),
            "report_id": what.report_id,
            "type": what.type,
            "name": what.name,
            "scheduled_on": f"{what.scheduled.isoformat()}Z",
            "text": _text(what),
            "description": what.description,
            "url": what.content.link or None,
            "value": what.value,
            "rows": orjson.Fragment(rows.rows) if rows else None,
            "note": _note(what.content) or None,
            "files": [file.name for file in what.content.files],
        }
    )


def _text(what: Told) -> str:
    rows = what.content.rows
    parts = [
        what.name,
        what.description,
        what.context,
        _value(what),
        _table_text(rows) if rows else "",
        _note(what.content),
    ]
    parts.append(what.content.link)
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(what: Told, pictures: Sequence[str]) -> str:
    parts = [f"<h2>{escape(what.name)}</h2>"]
    if what.description:
        parts.append(f"<p>{escape(what.description)}</p>")
    if what.context:
        parts.append(as_html(what.context))
    if value := _value(what):
        parts.append(f"<p>{value}</p>")
    if what.content.rows:
        parts.append(table_html(what.content.rows))
    parts += [f'<p><img src="cid:{name}" alt="{escape(what.name)}" style="max-width:100%"></p>' for name in pictures]
    if note := _note(what.content):
        parts.append(f"<p>{escape(note)}</p>")
    if what.content.link:
        parts.append(f'<p><a href="{escape(what.content.link)}">{escape(what.content.link)}</a></p>')
    return page(parts)


def page(parts: Sequence[str]) -> str:
    """The HTML of a mail."""
    return f"<!doctype html><html><body {BODY}>{''.join(parts)}</body></html>"


def _value(what: Told) -> str:
    return f"Value: {what.value:.15g}" if what.type == "Alert" and what.value is not None else ""


def _note(content: Content) -> str:
    return " ".join(text for text in (content.rows.note if content.rows else "", content.note) if text)


def table_html(rows: Rows) -> str:
    """The rows as a table of a mail."""
    names, lines = rows.cells()
    if not names:
        return "<p>No rows.</p>"
    head = "".join(f"<th {CELL}>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td {CELL}>{escape(text)}</td>" for text in line) + "</tr>" for line in lines)
    return f'<table style="border-collapse:collapse"><tr>{head}</tr>{body}</table>'


def _table_text(rows: Rows) -> str:
    names, lines = rows.cells()
    if not names:
        return "No rows."
    return "\n".join("\t".join(" ".join(text.split()) for text in line) for line in [names, *lines])
