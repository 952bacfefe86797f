"""Geohashes: places as short texts, read and written. Two digits hold five bits of each coordinate, longitude first."""

import pyarrow as pa
import pyarrow.compute as pc

DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz"
PAIRS = 6
MOST_DIGITS = 24

_BITS = 5 * PAIRS


def _pair(across: int, up: int) -> str:
    bits = "".join(a + u for a, u in zip(format(across, "05b"), format(up, "05b"), strict=True))
    number = int(bits, 2)
    return DIGITS[number >> 5] + DIGITS[number & 31]


_TEXTS = [_pair(across, up) for across in range(32) for up in range(32)]
_PARTS = {text: divmod(number, 32) for number, text in enumerate(_TEXTS)}


def encoded(latitudes: pa.Array, longitudes: pa.Array) -> pa.Array:
    """Geohashes of 12 digits; NULL where a coordinate is. Raises ValueError for a latitude that there is not."""
    bounds = pc.min_max(latitudes).as_py()
    if bounds["min"] is not None and not (bounds["min"] >= -90 and bounds["max"] < 90):
        raise ValueError("invalid latitude")
    turns = pc.divide(pc.add(longitudes, 180.0), 360.0)
    across = _part(pc.subtract(turns, pc.floor(turns)))
    up = _part(pc.divide(pc.add(latitudes, 90.0), 180.0))
    texts = pa.array(_TEXTS)
    pairs = [texts.take(_five(across, up, place)) for place in range(PAIRS)]
    return pc.binary_join_element_wise(*pairs, "")


def decoded(text: str) -> tuple[float, float]:
    """Latitude and longitude of the middle of the geohash. Raises ValueError for a text that is none."""
    size = len(text)
    if not 0 < size <= MOST_DIGITS:
        raise ValueError("invalid geohash")
    text = text.lower() if size % 2 == 0 else text.lower() + DIGITS[0]
    across = up = 0
    try:
        for start in range(0, size, 2):
            more, higher = _PARTS[text[start : start + 2]]
            across, up = across << 5 | more, up << 5 | higher
    except KeyError as error:
        raise ValueError("invalid geohash") from error
    # Of an odd number of digits the last gives three bits and two.
    odd = size % 2
    bits = len(text) // 2 * 5
    return _middle(up >> 3 * odd, bits - 3 * odd, 180), _middle(across >> 2 * odd, bits - 2 * odd, 360)


def _part(share: pa.Array) -> pa.Array:
    whole = pc.cast(pc.floor(pc.multiply(share, float(1 << _BITS))), pa.int64())
    return pc.min_element_wise(whole, (1 << _BITS) - 1, skip_nulls=False)


def _five(across: pa.Array, up: pa.Array, place: int) -> pa.Array:
    """The number of a pair of digits among all the pairs."""
    shift = 5 * (PAIRS - 1 - place)
    parts = [pc.bit_wise_and(pc.shift_right(part, shift), 31) for part in (across, up)]
    return pc.add(pc.multiply(parts[0], 32), parts[1])


def _middle(number: int, bits: int, whole: int) -> float:
    return whole * (2 * number + 1) / (2 << bits) - whole / 2
