"""Numbers and moments in the separators, names and order of a reader's locale, by the clocks of the zone asked in."""

from collections.abc import Iterator
from typing import Any

import pytest

from superset_like.pictures import modules
from superset_like.pictures.studio import Studio

pytestmark = pytest.mark.slow

# It tells what base.js makes of the form's values.
TELLER = """import { clockOf, numberFormatter, strftime, tickFormatter, timeFormatter } from "../base.js";

export function option(formData, results, look) {
  const { number, time, tick, grain, format, currency } = formData;
  let text = "";
  if (number !== undefined) text = numberFormatter(format, currency)(number);
  if (time !== undefined) text = timeFormatter(format, look, grain)(time);
  if (tick !== undefined) text = tickFormatter(format, look, grain)(tick, 0);
  if (formData.shown) text = timeFormatter(format, look, grain)(results[0].data[0].at) + " of " + clockOf(results);
  return { title: { text: text.replaceAll("\\n", " / ") } };
}
"""
MOMENT = 1_362_891_600_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("modules")
    (folder / "base.js").write_text((modules.CHART_TYPES / "base.js").read_text())
    (folder / "teller").mkdir()
    (folder / "teller" / "chart.js").write_text(TELLER)
    made = Studio(30, 128, folder)
    yield made
    made.close()


def told(studio: Studio, locale: str = "en-US", zone: str | None = None, **form: Any) -> str:
    result = {"data": [{"at": MOMENT}], "colnames": ["at"], "coltypes": [2], "zones": [zone]}
    look = {"width": 900, "height": 100, "theme": "light", "locale": locale}
    asked = {"module": "teller", "formData": form, "results": [result], "look": look, "form": "svg", "scale": 1}
    text = studio.draw(asked).decode()
    return text.rpartition("</text>")[0].rpartition(">")[2]


@pytest.mark.parametrize(
    ("locale", "format_", "value", "text"),
    [
        ("en-US", ",.2f", 1234567.891, "1,234,567.89"),
        ("de", ",.2f", 1234567.891, "1.234.567,89"),
        ("de-CH", ",.2f", 1234567.891, "1\u2019234\u2019567.89"),
        ("fr-FR", ",.2f", -1234567.891, "-1\u202f234\u202f567,89"),
        ("es", ",d", 1234, "1.234"),
        ("en-IN", ",d", 123456789, "12,34,56,789"),
        ("ar-EG", ",d", 1234, "1,234"),
        ("pl", ".1%", 0.1234, "12,3%"),
        ("de", "SMART_NUMBER", 12345, "12,3k"),
        ("de", "DURATION", 100, "0,1s"),
        ("de", "10,.1f", 1.25, "       1,3"),
        ("xx-XX", ",.1f", 1234.5, "1,234.5"),
    ],
)
def test_numbers_have_the_separators_of_the_locale(
    studio: Studio, locale: str, format_: str, value: float, text: str
) -> None:
    found = told(studio, locale, number=value, format=format_)
    assert found.strip() == text.strip()


@pytest.mark.parametrize(
    ("locale", "form", "text"),
    [
        ("en-US", {"grain": "P1D"}, "Mar 10, 2013"),
        ("de", {"grain": "P1D"}, "10. März 2013"),
        ("en-GB", {"grain": "P1D"}, "10 Mar 2013"),
        ("fr", {"grain": "P1M"}, "mars 2013"),
        ("ja", {"grain": "P1D"}, "2013年3月10日"),
        ("de", {"grain": "PT1H"}, "10. März, 05:00"),
        # What the form says stays in its order, with the reader's names.
        ("de", {"format": "%B %-d, %Y"}, "März 10, 2013"),
        ("fr", {"format": "%A"}, "dimanche"),
        ("de", {"format": "%Y-%m-%d"}, "2013-03-10"),
        ("de", {"format": "%x"}, "10.3.2013"),
        ("en-US", {"format": "%x, %X"}, "3/10/2013, 5:00:00 AM"),
    ],
)
def test_moments_have_its_names_and_order(studio: Studio, locale: str, form: dict[str, Any], text: str) -> None:
    assert told(studio, locale, time=MOMENT, **form) == text


def test_ticks_have_its_names(studio: Studio) -> None:
    assert told(studio, "de", tick=MOMENT - 5 * 3_600_000, grain="P1D") == "10. März / 2013"
    assert told(studio, tick=MOMENT - 5 * 3_600_000, grain="P1D") == "Mar 10 / 2013"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (None, "2013-03-10 05:00 +0000 of UTC"),
        ("UTC", "2013-03-10 05:00 +0000 of UTC"),
        # Midnight, in the night in which the clocks went forward.
        ("America/New_York", "2013-03-10 00:00 -0500 of America/New_York"),
        ("Asia/Kolkata", "2013-03-10 10:30 +0530 of Asia/Kolkata"),
    ],
)
def test_moments_are_moved_once_to_the_clocks_of_their_zone(studio: Studio, zone: str | None, text: str) -> None:
    assert told(studio, zone=zone, shown=True, format="%Y-%m-%d %H:%M %Z") == text
    assert told(studio, zone=zone, shown=True, format="%s").startswith(str(MOMENT // 1000))


def test_one_drawing_leaves_no_locale_to_the_next(studio: Studio) -> None:
    assert told(studio, "de", number=1.5, format=".1f") == "1,5"
    assert told(studio, number=1.5, format=".1f") == "1.5"
