"""How an engine writes and reads moments: templates, filled in one place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from superset_like.engine.databases import stored_time
from superset_like.errors import QuestionInvalid


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with each `{name}` replaced, all at once: what is filled in is not looked into again."""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template)


@dataclass(frozen=True, slots=True)
class Times:
    """Templates over {iso} (`2024-01-31 10:00:00`), {day}, {sql} and {pattern}.

    moment, zoned, day: a moment to compare with a column of that sort. read, read_zoned: a column's value as a
    timestamp without zone, in UTC. epoch_s, epoch_ms, written: the same of numbers and of text by a pattern. parts: a
    strftime letter in the engine's pattern; quote: how a pattern holds a letter that means itself.
    """

    moment: str = "TIMESTAMP '{iso}'"
    zoned: str = "TIMESTAMP '{iso} UTC'"
    day: str = "DATE '{day}'"
    read: str = "CAST({sql} AS TIMESTAMP)"
    read_zoned: str = "CAST({sql} AT TIME ZONE 'UTC' AS TIMESTAMP)"
    epoch_s: str = ""
    epoch_ms: str = ""
    written: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    quote: str = "{letter}"

    def filled(self, template: str, moment: datetime) -> str:
        """SQL of a moment."""
        iso = stored_time.iso(moment)
        return template.replace("{iso}", iso).replace("{day}", iso[:10])

    def of_text(self, sql: str, time_format: str, quoted: str) -> str:
        """SQL that reads a text by a strftime pattern. quoted: the engine's pattern as a SQL text."""
        if not self.written:
            raise QuestionInvalid(f"This database reads no times of the form {time_format}")
        return filled(self.written, {"pattern": quoted, "sql": sql})

    def pattern(self, time_format: str) -> str:
        """The strftime pattern in the engine's words. Raises QuestionInvalid for a letter that it has no word for."""
        made, rest = "", time_format
        while rest:
            if rest[0] == "%":
                if rest[1:2] not in self.parts:
                    raise QuestionInvalid(f"This database reads no times of the form {time_format}")
                made, rest = made + self.parts[rest[1]], rest[2:]
            else:
                made, rest = made + self._itself(rest[0]), rest[1:]
        return made

    def _itself(self, letter: str) -> str:
        return self.quote.replace("{letter}", letter) if letter.isalpha() else letter


# The words of TO_TIMESTAMP in Oracle, Snowflake and Redshift.
ORACLE_PARTS = {"Y": "YYYY", "m": "MM", "d": "DD", "H": "HH24", "M": "MI", "S": "SS", "y": "YY", "b": "MON"}
