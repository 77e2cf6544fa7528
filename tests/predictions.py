"""What the shipped model says of some pages: kept, and compared wherever the tests run.

``python -m tests.predictions`` writes predictions.json anew, which a new model file needs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from boilerplate import SiteModel
from boilerplate.model.model import load_model, model_bytes
from boilerplate.page import Page, text_page
from boilerplate.reading.html import html_page
from boilerplate.reading.read import read
from boilerplate.roles import ROLES
from tests import made_up_site as site
from tests.made_up import SENTENCES, news_page

KEPT: Final = Path(__file__).with_name("predictions.json")
EXAMPLES: Final = Path(__file__).parents[1] / "examples"
DIGITS: Final = 9
SITE_PAGES: Final = 8


def pages() -> Iterator[tuple[str, Page]]:
    """Made-up pages in many languages, as HTML and as bare text, and the examples."""
    for language in sorted(SENTENCES):
        page = html_page(news_page(language))
        yield f"{language}.html", page
        yield f"{language}.txt", text_page([line.text for line in page.lines])
    for path in sorted((*EXAMPLES.glob("*.html"), *EXAMPLES.glob("*.txt"))):
        yield path.name, read(path.read_bytes())


def made() -> dict[str, Any]:
    """The model, a site model that learned with it, and the probabilities and roles of lines."""
    model = load_model()
    known = SiteModel("daily.example").fit(html_page(site.html(i)) for i in range(SITE_PAGES))
    page = html_page(site.html(SITE_PAGES))
    scores = model.predict(page)
    of_pages = {name: model.predict(each.without_blank_lines) for name, each in pages()}
    corrected = known.correct(page, scores).probability
    return {
        "model": hashlib.sha256(model_bytes()).hexdigest(),
        "site_model": hashlib.sha256(known.to_bytes()).hexdigest(),
        "corrected": corrected.round(DIGITS).tolist(),
        "pages": {
            name: scores.probability.round(DIGITS).tolist() for name, scores in of_pages.items()
        },
        "roles": {
            name: [ROLES[role] for role in scores.log_roles.argmax(1)]
            for name, scores in of_pages.items()
        },
    }


def main() -> None:
    """Write what is said today."""
    KEPT.write_text(json.dumps(made(), indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
