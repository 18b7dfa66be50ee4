"""What templates ask of the edge: rows that a phone sets as cards."""

from markupsafe import Markup

from eventapp.web.filters import hushed, labelled, masked

HEADS = ["姓名", ("人数", "end"), 'A"<b>']


def test_each_cell_says_what_stands_above_it() -> None:
    rows = Markup("<tr><th scope='row'>甲</th><td class='end'>3</td><td></td></tr>\n") * 2
    one = (
        "<tr><th data-label=\"姓名\" scope='row'>甲</th><td data-label=\"人数\" class='end'>3</td>"
        '<td data-label="A&#34;&lt;b&gt;"></td></tr>\n'
    )
    assert labelled(rows, HEADS) == one * 2


def test_what_looks_like_a_cell_and_is_none_is_left_alone() -> None:
    rows = Markup("<tr><td><time>9:00</time><textarea></textarea>&lt;td&gt;</td><td>x</td></tr>")
    found = labelled(rows, HEADS[:1])
    assert found.count("data-label") == 2
    assert "<time>9:00</time><textarea></textarea>&lt;td&gt;" in found
    assert '<td data-label="">x</td>' in found


def test_addresses_are_masked_too_and_free_texts_lose_both():
    assert masked("zhang.san@example.org") == "zh***@example.org"
    assert masked("zs@example.org") == "***@example.org"
    assert hushed("请联系张三 138-0013-8000 或 zhang.san@example.org，共 163 人") == (
        "请联系张三 **** 或 zh***@example.org，共 163 人"
    )
