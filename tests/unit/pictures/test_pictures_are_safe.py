"""What leaves as SVG runs nothing and fetches nothing, whatever stands in colours and texts."""

import pytest

from superset_like.pictures.svg import Unsafe, cleaned

ROOT = '<svg width="9" height="9" xmlns="http://www.w3.org/2000/svg">'


def test_a_drawing_stays_what_it_is() -> None:
    drawn = f'{ROOT}<g fill="url(#a)"><text style="font-size:9px;" x="1">a &lt;b&gt; &amp; c</text></g></svg>'
    assert cleaned(drawn) == drawn


def test_what_pages_need_of_it_is_left_out() -> None:
    drawn = f'{ROOT}<path d="M0 0" class="zr0" ecmeta_data_index="0"></path><style><![CDATA[.a{{}}]]></style></svg>'
    assert cleaned(drawn) == f'{ROOT}<path d="M0 0"></path></svg>'


def test_letters_that_xml_cannot_hold_are_replaced() -> None:
    assert cleaned(f"{ROOT}<text>a\x00\x1b\ud800b</text></svg>") == f"{ROOT}<text>a\ufffd\ufffd\ufffdb</text></svg>"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path fill="red"/><script>alert(1)</script>',
        '<path fill="red" onload="alert(1)"/>',
        '<path fill="red" OnClick="alert(1)"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<use href="https://example.com/a.svg#b"/>',
        '<use href="data:image/svg+xml;base64,AAAA#b"/>',
        '<image href="https://example.com/pixel.png"/>',
        '<image href="file:///etc/passwd"/>',
        '<image href="/etc/picture.png"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<path fill="url(https://example.com/a)"/>',
        '<path style="fill:URL( //example.com/a)"/>',
        '<path style="background:image-set(&quot;https://example.com/a.png&quot; 1x)"/>',
        '<path style="fill:u\\72l(//example.com/a)"/>',
        '<foreignObject><div xmlns="http://www.w3.org/1999/xhtml"></div></foreignObject>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        '<set attributeName="onload" to="alert(1)"/>',
        "<x:script xmlns:x='http://www.w3.org/2000/svg'>alert(1)</x:script>",
        "<?xml-stylesheet href='https://example.com/a.css'?>",
        "<text>not closed",
    ],
)
def test_what_no_drawing_needs_is_refused(inside: str) -> None:
    with pytest.raises(Unsafe):
        cleaned(f"{ROOT}{inside}</svg>")


def test_a_document_type_is_refused() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + f"{ROOT}<text>&b;</text></svg>"
    with pytest.raises(Unsafe):
        cleaned(bomb)
