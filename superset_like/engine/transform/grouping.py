"""Rows that have the same keys, in the order of the keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from superset_like.engine.transform.values import listed
from superset_like.errors import QuestionInvalid


@dataclass(frozen=True, slots=True)
class Groups:
    """order: the rows, group by group. ends: where each group ends in it; the first begins at 0."""

    order: pa.Array
    ends: Sequence[int]

    @property
    def firsts(self) -> pa.Array:
        """The first row of each group."""
        return self.order.take(pa.array([0, *self.ends[:-1]] if self.ends else [], pa.int64()))

    @property
    def are_single(self) -> bool:
        """Whether each group is one row; periods without rows make as many groups as rows in another way."""
        return len(self.ends) == len(self.order) and list(self.ends) == list(range(1, len(self.order) + 1))

    def values(self, column: pa.Array) -> list[list[Any]]:
        """The values present (no NULL) in each group, in the order of the rows."""
        found = listed(column.take(self.order))
        starts = [0, *self.ends[:-1]] if self.ends else []
        if column.null_count == 0:
            return [found[start:end] for start, end in zip(starts, self.ends, strict=True)]
        return [
            [value for value in found[start:end] if value is not None]
            for start, end in zip(starts, self.ends, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Codes:
    """A number from 0 for each row, NULL where a key is NULL; equal keys have equal numbers, greater ones greater."""

    codes: pa.Array
    count: int


def grouped(keys: Sequence[pa.Array], rows: int) -> Groups:
    """The rows by their keys; those of a NULL key are left out. No keys: all rows, if any, are one group."""
    if not keys:
        return Groups(pa.array(range(rows), pa.int64()), [rows] if rows else [])
    return groups_of(coded(keys))


def groups_of(coded: Codes) -> Groups:
    """The rows by their numbers; those without are left out."""
    order = pc.sort_indices(coded.codes)
    order = order.slice(0, len(coded.codes) - coded.codes.null_count)
    counts = pc.value_counts(coded.codes.take(order)).field("counts")
    return Groups(order, pc.cumulative_sum(counts).to_pylist())


def coded(keys: Sequence[pa.Array], *, keeps_null: bool = False) -> Codes:
    """The numbers of the rows by all the keys together. keeps_null: NULL is a key like others, the last."""
    found = _of_one(keys[0], keeps_null)
    for key in keys[1:]:
        found = crossed(found, _of_one(key, keeps_null))
    return found


def crossed(first: Codes, second: Codes) -> Codes:
    """The numbers by both; only combinations that occur have one."""
    return _dense(pc.add(pc.multiply(first.codes, second.count), second.codes))


def sorted_values(column: pa.Array) -> pa.Array:
    """Each value once, ascending, without NULL."""
    found = pc.drop_null(pc.unique(column))
    return found.take(pc.sort_indices(found))


def _of_one(key: pa.Array, keeps_null: bool) -> Codes:
    try:
        found = _dense(key)
    except (pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise QuestionInvalid(f"Values of the type {key.type} cannot be grouped") from error
    if keeps_null and found.codes.null_count:
        return Codes(pc.fill_null(found.codes, found.count), found.count + 1)
    return found


def _dense(column: pa.Array) -> Codes:
    encoded = column.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    ranks = pc.cast(pc.sort_indices(order), pa.int64())
    return Codes(ranks.take(encoded.indices), len(order))
