"""The weights of windows, symmetric. Source: scipy.signal.windows, by whose names clients ask."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from superset_like.errors import QuestionInvalid

MAX_WINDOW = 1000

Weight = Callable[[int, int], float]


def weights(name: str, size: int, options: Mapping[str, Any]) -> Sequence[float]:
    """The weights of a window of this many rows. Raises QuestionInvalid: no such window, a parameter missing."""
    if size > MAX_WINDOW:
        raise _invalid("window", f"A weighted window has at most {MAX_WINDOW} rows")
    if name in PLAIN:
        return [PLAIN[name](place, size) if size > 1 else 1.0 for place in range(size)]
    if name not in WITH_PARAMETERS:
        raise _invalid("win_type", f"Invalid win_type: {name}; there are: {', '.join([*PLAIN, *WITH_PARAMETERS])}")
    needed, weight = WITH_PARAMETERS[name]
    values = [options.get(one) for one in needed]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        raise _invalid("rolling_type_options", f"Invalid options for {name}: {dict(options)}")
    middle = (size - 1) / 2
    try:
        return [weight(place - middle, middle, *values) for place in range(size)]
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        raise _invalid("rolling_type_options", f"Invalid options for {name}: {dict(options)}") from error


def _invalid(option: str, message: str) -> QuestionInvalid:
    return QuestionInvalid(message, fields={option: [message]})


def _cosines(*terms: float) -> Weight:
    def weight(place: int, size: int) -> float:
        angle = 2 * math.pi * place / (size - 1)
        return math.fsum((-1.0) ** number * term * math.cos(number * angle) for number, term in enumerate(terms))

    return weight


def _triangle(place: int, size: int) -> float:
    near = min(place, size - 1 - place) + 1
    return 2 * near / (size + 1) if size % 2 else (2 * near - 1) / size


def _bartlett(place: int, size: int) -> float:
    return 2 * min(place, size - 1 - place) / (size - 1)


def _parzen(place: int, size: int) -> float:
    far = abs(place - (size - 1) / 2) / (size / 2)
    return 2 * (1 - far) ** 3 if abs(place - (size - 1) / 2) > (size - 1) / 4 else 1 - 6 * far**2 + 6 * far**3


def _bohman(place: int, size: int) -> float:
    far = abs(2 * place / (size - 1) - 1)
    return 0.0 if far >= 1 else (1 - far) * math.cos(math.pi * far) + math.sin(math.pi * far) / math.pi


def _barthann(place: int, size: int) -> float:
    far = abs(place / (size - 1) - 0.5)
    return 0.62 - 0.48 * far + 0.38 * math.cos(2 * math.pi * far)


def _cosine(place: int, size: int) -> float:
    return math.sin(math.pi / size * (place + 0.5))


def _gaussian(far: float, middle: float, std: float) -> float:
    return math.exp(-(far**2) / (2 * std * std))


def _general_gaussian(far: float, middle: float, p: float, sig: float) -> float:
    return math.exp(-0.5 * abs(far / sig) ** (2 * p))


def _exponential(far: float, middle: float, tau: float) -> float:
    return math.exp(-abs(far) / tau)


def _kaiser(far: float, middle: float, beta: float) -> float:
    inside = 1 - (far / middle) ** 2 if middle else 1.0
    return _bessel(beta * math.sqrt(max(inside, 0.0))) / _bessel(beta)


def _bessel(x: float) -> float:
    """The modified Bessel function of order 0, by its series."""
    total = term = 1.0
    number = 0
    while term > total * 1e-17:
        number += 1
        term *= (x / 2 / number) ** 2
        total += term
    return total


PLAIN: dict[str, Weight] = {
    "barthann": _barthann,
    "bartlett": _bartlett,
    "blackman": _cosines(0.42, 0.5, 0.08),
    "blackmanharris": _cosines(0.35875, 0.48829, 0.14128, 0.01168),
    "bohman": _bohman,
    "boxcar": lambda place, size: 1.0,
    "cosine": _cosine,
    "hamming": _cosines(0.54, 0.46),
    "hann": _cosines(0.5, 0.5),
    "nuttall": _cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "parzen": _parzen,
    "triang": _triangle,
}

WITH_PARAMETERS: dict[str, tuple[tuple[str, ...], Callable[..., float]]] = {
    "exponential": (("tau",), _exponential),
    "gaussian": (("std",), _gaussian),
    "general_gaussian": (("p", "sig"), _general_gaussian),
    "kaiser": (("beta",), _kaiser),
}
