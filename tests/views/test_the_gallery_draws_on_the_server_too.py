"""An example as the server draws it."""

from collections.abc import Callable

from werkzeug.test import Client

BrowserOf = Callable[[str], Client]


def test_an_example_comes_as_svg_in_the_size_asked_for(browser_of: BrowserOf) -> None:
    answer = browser_of("admin").get("/gallery/pie.svg?width=300&height=200&theme=dark")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert 'width="300"' in answer.text
    assert 'height="200"' in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_sizes_have_bounds(browser_of: BrowserOf) -> None:
    answer = browser_of("admin").get("/gallery/pie.svg?width=1000000&height=x")
    assert 'width="2000"' in answer.text
    assert 'height="280"' in answer.text


def test_only_examples_are_drawn(browser_of: BrowserOf) -> None:
    for name in ("nothing", "..%2fbase", "base"):
        assert browser_of("admin").get(f"/gallery/{name}.svg").status_code == 404


def test_who_may_not_see_the_gallery_sees_no_picture(browser_of: BrowserOf) -> None:
    page, picture = (browser_of("charlie").get(path) for path in ("/gallery/", "/gallery/pie.svg"))
    assert picture.status_code == page.status_code != 200
