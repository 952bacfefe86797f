"""SVG as it may leave: nothing in it runs, and nothing in it is fetched.

ECharts writes texts escaped, but colours, fonts and other attributes as they are; these may come from a chart's form.
So the drawing is read as XML, and written anew from the elements and attributes that drawings are made of.
"""

import re
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

ELEMENTS = frozenset(
    "svg g path text tspan textPath rect circle ellipse line polyline polygon defs clipPath mask pattern"
    " linearGradient radialGradient stop filter feDropShadow image use".split()
)
ATTRIBUTES = frozenset(
    "width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points transform viewBox xmlns xmlns:xlink version baseProfile"
    " id fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset"
    " stroke-linecap stroke-linejoin stroke-miterlimit stroke-alignment paint-order opacity style"
    " dominant-baseline text-anchor xml:space"
    " font-size font-family font-weight font-style clip-path mask filter offset stop-color stop-opacity"
    " gradientUnits gradientTransform patternUnits patternContentUnits patternTransform preserveAspectRatio visibility"
    " dx dy stdDeviation flood-color flood-opacity href xlink:href".split()
)
# For the page's own drawings: they say what is under the pointer, and how it looks there.
LEFT_OUT = frozenset({"class", "pointer-events", "cursor"})
OWN_FACTS = "ecmeta_"
LINKS = frozenset({"href", "xlink:href"})
INNER_LINK = re.compile(r"#[\w-]+|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")
FETCHED = re.compile(r"url\((?!['\"]?#)|(?:image-set|src|image)\(|@import|expression\(|\\", re.IGNORECASE)
# What XML cannot hold at all.
UNHOLDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Unsafe(ValueError):
    """The drawing holds what no drawing needs."""


REFERENCE = re.compile(r"url\((['\"]?)#")


def cleaned(drawn: str, prefix: str = "") -> str:
    """The drawing, of known elements and attributes alone. Raises Unsafe.

    prefix: put before the names that its parts have, so that several drawings can be in one.
    """
    writer = Writer(prefix)
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    parser.CharacterDataHandler = writer.text
    parser.StartDoctypeDeclHandler = writer.refuse
    parser.ProcessingInstructionHandler = writer.refuse
    try:
        parser.Parse(holdable(drawn).encode(), True)
    except expat.ExpatError as error:
        raise Unsafe(f"not XML: {error}") from error
    return "".join(writer.parts)


def holdable(text: str) -> str:
    """The text with marks in place of what XML cannot hold."""
    return UNHOLDABLE.sub("\ufffd", text)


class Writer:
    """Writes what a parser reads, and nothing of style elements."""

    def __init__(self, prefix: str = "") -> None:
        self.parts: list[str] = []
        self._prefix = prefix
        self._styles = 0

    def start(self, name: str, attributes: list[str]) -> None:
        if name == "style":
            self._styles += 1
        if self._styles:
            return
        if name not in ELEMENTS:
            raise Unsafe(f"element {name[:40]}")
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        kept = [f" {key}={quoteattr(self._named(key, value))}" for key, value in pairs if self._is_kept(key, value)]
        self.parts.append(f"<{name}{''.join(kept)}>")

    def end(self, name: str) -> None:
        if self._styles:
            self._styles -= name == "style"
        else:
            self.parts.append(f"</{name}>")

    def text(self, value: str) -> None:
        if not self._styles:
            self.parts.append(escape(value))

    def refuse(self, *_: object) -> None:
        raise Unsafe("a declaration")

    def _named(self, key: str, value: str) -> str:
        if not self._prefix:
            return value
        if key == "id":
            return self._prefix + value
        if key in LINKS and value.startswith("#"):
            return f"#{self._prefix}{value[1:]}"
        return REFERENCE.sub(rf"url(\1#{self._prefix}", value)

    @staticmethod
    def _is_kept(key: str, value: str) -> bool:
        if key in LEFT_OUT or key.startswith(OWN_FACTS):
            return False
        if key not in ATTRIBUTES:
            raise Unsafe(f"attribute {key[:40]}")
        if (key in LINKS and not INNER_LINK.fullmatch(value)) or FETCHED.search(value):
            raise Unsafe(f"a link in {key}")
        return True
