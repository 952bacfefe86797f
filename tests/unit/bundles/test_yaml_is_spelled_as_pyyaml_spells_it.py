"""Superset writes bundles by PyYAML: ours are the same text, and read back as the same value."""

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from superset_like.services.bundles import yaml_text

TEXTS = st.one_of(
    st.text(max_size=200),
    st.text("ab :#-'\"\n\\{}[]é😀", max_size=200),
    st.sampled_from(
        ["yes", "null", "~", "1", "1e3", "0x1", "1:30", "2026-01-01", "<<", "=", "", " ", "\n", "- a", "x" * 150]
    ),
)
SCALARS = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))


class Reference(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_the_text_is_that_of_pyyaml_and_reads_back(value: dict[str, Any]) -> None:
    text = yaml_text.dumped(value)
    assert text == yaml.dump(value, Dumper=Reference, sort_keys=False)
    assert yaml_text.loaded(text, 100) == value


def test_a_value_that_stands_in_two_places_is_written_twice() -> None:
    shared = {"a": [1]}
    assert yaml_text.dumped({"x": shared, "y": shared}) == "x:\n  a:\n  - 1\ny:\n  a:\n  - 1\n"


def test_keys_and_dates_stay_the_text_that_is_written() -> None:
    text = "on: 1\n2: x\n2026-01-01: 2026-01-02\nnull: ~\nyes: no\n"
    assert yaml_text.loaded(text, 100) == {"on": 1, "2": "x", "2026-01-01": "2026-01-02", "null": None, "yes": False}
