"""Geohashes: places as short texts, read and written."""

DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz"
PRECISION = 12
_VALUES = {digit: number for number, digit in enumerate(DIGITS)}


def encoded(latitude: float, longitude: float, precision: int = PRECISION) -> str:
    """The geohash of so many digits. Raises ValueError for a latitude that there is not."""
    if not -90 <= latitude < 90:
        raise ValueError("invalid latitude")
    longitude = (longitude + 180) % 360 - 180
    bits = 5 * precision
    across = _part((longitude + 180) / 360, (bits + 1) // 2)
    up = _part((latitude + 90) / 180, bits // 2)
    number = 0
    for place in range(bits):
        source, left = (across, (bits + 1) // 2) if place % 2 == 0 else (up, bits // 2)
        number = number << 1 | source >> (left - 1 - place // 2) & 1
    return "".join(DIGITS[number >> (bits - 5 * (place + 1)) & 31] for place in range(precision))


def decoded(text: str) -> tuple[float, float]:
    """Latitude and longitude of the middle of the geohash. Raises ValueError for a text that is none."""
    across = up = place = 0
    for digit in text.lower():
        if digit not in _VALUES:
            raise ValueError("invalid geohash")
        for shift in range(4, -1, -1):
            bit = _VALUES[digit] >> shift & 1
            if place % 2 == 0:
                across = across << 1 | bit
            else:
                up = up << 1 | bit
            place += 1
    if not place:
        raise ValueError("empty geohash")
    return _middle(up, place // 2, 180), _middle(across, (place + 1) // 2, 360)


def _part(share: float, bits: int) -> int:
    return min(int(share * (1 << bits)), (1 << bits) - 1)


def _middle(number: int, bits: int, whole: int) -> float:
    return whole * (2 * number + 1) / (2 << bits) - whole / 2
