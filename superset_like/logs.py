"""How this server logs: one line an event, control characters escaped, keys and tokens out."""

import json
import logging
import re
from datetime import UTC, datetime

from superset_like.config.settings import Settings

# A key in a URL must not reach a log: ?api_key=..., ?token=..., ?guest_token=...; nor an address that is a key itself.
SECRET_IN_URL = re.compile(
    r"((?:api_key|token|guest_token|password)=|/(?:public/dashboards|dashboards/public|invite|reset)/)[^&/?\s\"']+",
    re.IGNORECASE,
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def cleaned(message: str) -> str:
    """The message with secrets of URLs masked and control characters escaped."""
    return CONTROL.sub(lambda found: repr(found.group())[1:-1], without_secrets(message))


def without_secrets(text: str) -> str:
    """The text with secrets of URLs masked."""
    return SECRET_IN_URL.sub(r"\1***", text)


class LineFormatter(logging.Formatter):
    """One line an event; a traceback follows indented."""

    def format(self, record: logging.LogRecord) -> str:
        made = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = f"{made} {record.levelname} {record.name}: " + cleaned(record.getMessage()).replace("\n", "\\n")
        if record.exc_info:
            line += "\n    " + cleaned(self.formatException(record.exc_info)).replace("\n", "\n    ")
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": cleaned(record.getMessage()),
        }
        if record.exc_info:
            event["traceback"] = cleaned(self.formatException(record.exc_info))
        return json.dumps(event)


def configure_logs(settings: Settings) -> None:
    """Logs go to standard error in the chosen form and from the chosen level."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if settings.log_json else LineFormatter())
    root = logging.getLogger()
    for former in [known for known in root.handlers if getattr(known, "of_superset_like", False)]:
        root.removeHandler(former)
    handler.of_superset_like = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    # FAB warns of its own filters and of each permission it creates.
    logging.getLogger("flask_appbuilder").setLevel(max(logging.ERROR, root.level))
