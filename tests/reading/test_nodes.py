"""What is asked of nodes, again and again."""

from __future__ import annotations

from turbohtml import Element, parse

from boilerplate.reading.nodes import children


def test_children_may_be_removed_moved_and_given_neighbours_meanwhile() -> None:
    body = parse("<p>α<b>β</b></p>γ<i>δ</i><!--ε-->").find("body")
    assert body is not None
    found = []
    for child in children(body):
        found.append(child)
        if isinstance(child, Element):
            child.insert_before(Element("br"))
        child.decompose()
    assert [getattr(child, "tag", type(child).__name__) for child in found] == [
        "p", "Text", "i", "Comment",
    ]  # fmt: skip
    assert [child.tag for child in children(body)] == ["br", "br"]
    assert list(children(Element("p"))) == []
