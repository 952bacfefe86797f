"""Geohashes: places as short texts, read and written."""

DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz"
PRECISION = 12
MOST_DIGITS = 24

_BITS = 5 * PRECISION // 2
_PAIRS = [first + second for first in DIGITS for second in DIGITS]
# Ten bits, a zero before each.
_SPREAD = [int("0".join(format(number, "010b")), 2) for number in range(1024)]
# Python's own digits of base 32.
_AS_PYTHON = str.maketrans(DIGITS, "0123456789abcdefghijklmnopqrstuv")


def encoded(latitude: float, longitude: float) -> str:
    """The geohash of 12 digits. Raises ValueError for a latitude that there is not."""
    if not -90 <= latitude < 90:
        raise ValueError("invalid latitude")
    across, up = _part(((longitude + 180) % 360) / 360), _part((latitude + 90) / 180)
    parts = [_SPREAD[across >> shift & 1023] << 1 | _SPREAD[up >> shift & 1023] for shift in (20, 10, 0)]
    return "".join([_PAIRS[part >> 10] + _PAIRS[part & 1023] for part in parts])


def decoded(text: str) -> tuple[float, float]:
    """Latitude and longitude of the middle of the geohash. Raises ValueError for a text that is none."""
    text = text.lower()
    if not 0 < len(text) <= MOST_DIGITS or not set(text) <= set(DIGITS):
        raise ValueError("invalid geohash")
    bits = format(int(text.translate(_AS_PYTHON), 32), f"0{5 * len(text)}b")
    return _middle(bits[1::2], 180), _middle(bits[0::2], 360)


def _part(share: float) -> int:
    return min(int(share * (1 << _BITS)), (1 << _BITS) - 1)


def _middle(bits: str, whole: int) -> float:
    return whole * (2 * int(bits, 2) + 1) / (2 << len(bits)) - whole / 2
