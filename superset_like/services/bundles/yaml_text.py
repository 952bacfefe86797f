"""YAML as bundles hold it: the plain part of it, spelled as PyYAML spells it.

Superset writes bundles by PyYAML, so what it quotes and where it breaks lines is the format. Reading goes over the
parser's events and builds the values itself: tags, anchors and aliases are refused by what they are, before anything
is made of them, and depth is known before it can hurt.
"""

import math
from collections.abc import Iterator
from typing import Any

import yaml

TEXT = "tag:yaml.org,2002:str"
READ_BY = {
    "tag:yaml.org,2002:null": "construct_yaml_null",
    "tag:yaml.org,2002:bool": "construct_yaml_bool",
    "tag:yaml.org,2002:int": "construct_yaml_int",
    "tag:yaml.org,2002:float": "construct_yaml_float",
}
RESOLVER = yaml.resolver.Resolver()
CONSTRUCTOR = yaml.constructor.SafeConstructor()
# Those in C are ten and more times faster; not every platform has them.
PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
EMITTER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# The emitter in C breaks long texts in double quotes elsewhere, and writes long and empty keys without `?`.
WIDEST_LINE, LONGEST_KEY = 78, 100


class NotPlain(ValueError):
    """The text is no YAML, or more than plain YAML. The message says what and where."""


class Dumper(yaml.SafeDumper):
    """Writes a value that stands in two places twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class FastDumper(EMITTER):
    """The same in C."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dumped(value: Any) -> str:
    """The value as YAML, its keys in their order."""
    text: str = yaml.dump(value, Dumper=FastDumper, sort_keys=False)
    return yaml.dump(value, Dumper=Dumper, sort_keys=False) if _may_be_spelled_otherwise(text) else text


def _may_be_spelled_otherwise(text: str) -> bool:
    """Whether the emitter in Python might have written this text of the one in C in another way."""
    # For each open collection: whether a key comes next; None in lists.
    awaits_key: list[bool | None] = []
    for event in yaml.parse(text, Loader=PARSER):
        if isinstance(event, yaml.CollectionEndEvent):
            awaits_key.pop()
        elif isinstance(event, yaml.NodeEvent):
            is_key = bool(awaits_key and awaits_key[-1])
            if awaits_key and awaits_key[-1] is not None:
                awaits_key[-1] = not awaits_key[-1]
            if isinstance(event, yaml.CollectionStartEvent):
                awaits_key.append(True if isinstance(event, yaml.MappingStartEvent) else None)
            elif _is_odd_key(event) if is_key else _is_broken_elsewhere(event):
                return True
    return False


def _is_odd_key(key: Any) -> bool:
    is_one_line = key.start_mark.line == key.end_mark.line
    return not key.value or len(key.value) > LONGEST_KEY or key.style == '"' or not is_one_line


def _is_broken_elsewhere(scalar: Any) -> bool:
    is_one_line = scalar.start_mark.line == scalar.end_mark.line
    return scalar.style == '"' and not (is_one_line and scalar.end_mark.column <= WIDEST_LINE)


def loaded(text: str, most_nested: int) -> Any:
    """The value of one YAML document: mappings, lists, texts, numbers, booleans and null. Raises NotPlain."""
    try:
        return Reading(yaml.parse(text, Loader=PARSER), most_nested).document()
    except yaml.YAMLError as error:
        raise NotPlain(f"Not a valid YAML file{_place(getattr(error, 'problem_mark', None))}") from error


class Reading:
    """Makes a value of events."""

    def __init__(self, events: Iterator[Any], most_nested: int) -> None:
        self.events = events
        self.most_nested = most_nested

    def document(self) -> Any:
        """The value of the only document; None when there is none."""
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            return None
        value = self._value(next(self.events), 0)
        next(self.events)
        if not isinstance(next(self.events), yaml.StreamEndEvent):
            raise NotPlain("A file holds one YAML document")
        return value

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise NotPlain(f"YAML aliases are not allowed{_place(event.start_mark)}")
        if event.anchor is not None:
            raise NotPlain(f"YAML anchors are not allowed{_place(event.start_mark)}")
        if event.tag is not None:
            raise NotPlain(f"YAML tags are not allowed{_place(event.start_mark)}")
        if depth > self.most_nested:
            raise NotPlain(f"YAML is nested too deeply{_place(event.start_mark)}")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(depth)
        return _scalar(event)

    def _mapping(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            value = self._value(event, depth + 1)
            if not isinstance(event, yaml.ScalarEvent):
                raise NotPlain(f"A key must be text{_place(event.start_mark)}")
            # As it is written: `on` and `1` are names here.
            key = str(event.value)
            if key in made:
                raise NotPlain(f"The key {key[:100]} stands there twice{_place(event.start_mark)}")
            if key == "<<" and value == "<<" and event.implicit[0]:
                raise NotPlain(f"YAML merges are not allowed{_place(event.start_mark)}")
            made[key] = self._value(next(self.events), depth + 1)
        return made

    def _list(self, depth: int) -> list[Any]:
        made = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            made.append(self._value(event, depth + 1))
        return made


def _scalar(event: Any) -> Any:
    if not event.implicit[0]:
        return event.value
    tag = RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False))
    # Dates stay the text that they are: JSON has none.
    read = READ_BY.get(tag)
    if read is None:
        return event.value
    try:
        value = getattr(CONSTRUCTOR, read)(yaml.ScalarNode(tag, event.value))
    except (ValueError, OverflowError, IndexError) as error:
        raise NotPlain(f"A number cannot be read{_place(event.start_mark)}") from error
    if isinstance(value, float) and not math.isfinite(value):
        raise NotPlain(f"A number must be finite{_place(event.start_mark)}")
    return value


def _place(mark: Any) -> str:
    return f" (line {mark.line + 1}, column {mark.column + 1})" if mark is not None else ""
