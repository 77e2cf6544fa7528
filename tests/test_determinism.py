"""The same pages give the same bytes in any environment and in any order."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from boilerplate import Cleaner, SiteModel
from boilerplate.model.model import Model
from boilerplate.reading.html import html_page
from tests import made_up_site as site
from tests.made_up import SENTENCES, news_page
from tests.twins import needs_compiled, using

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
# What the shipped model makes of pages in every language we have a sentence of, with a site
# model that has learned from some of them, as JSON lines; printed as a checksum.
SCRIPT = """
from tests.test_determinism import digest
print(digest())
"""


def digest() -> str:
    """A checksum of all that comes out of some pages, and of what is learned from them."""
    known = SiteModel("daily.example").fit(html_page(site.html(i)) for i in range(6))
    cleaner = Cleaner(site_models=known)
    pages = [news_page(language) for language in sorted(SENTENCES)]
    pages += ["\n".join(SENTENCES.values()), site.html(7)]
    out = hashlib.sha256(known.to_bytes())
    for page in pages:
        out.update(json.dumps(cleaner.clean(page).to_dict()).encode())
    return out.hexdigest()


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SETTINGS = {
    "a hash seed, one thread, the C locale": {
        "PYTHONHASHSEED": "1", **dict.fromkeys(THREADS, "1"),
        "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "TZ": "Pacific/Kiritimati",
    },
    "another seed, many threads, a Turkish locale, plain twins": {
        "PYTHONHASHSEED": "4242", **dict.fromkeys(THREADS, "7"),
        "LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr", "TZ": "Asia/Kathmandu", "BOILERPLATE_PURE": "1",
    },
    "random hash seeds, no assertions": {"PYTHONHASHSEED": "random", "PYTHONOPTIMIZE": "1"},
}  # fmt: skip


@pytest.fixture(scope="module")
def here() -> str:
    return digest()


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_results_do_not_depend_on_environment_variables(
    settings: dict[str, str], here: str
) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in {"PYTHONHASHSEED", "BOILERPLATE_PURE"}}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=kept | settings,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == here


@needs_compiled
def test_results_are_the_same_with_and_without_the_compiled_part(here: str) -> None:
    with using("plain"):
        assert digest() == here


def test_results_do_not_depend_on_pages_cleaned_before(model: Model) -> None:
    pages = [site.html(i, language) for i in range(3) for language in ("en", "ar", "th", "zh-cn")]
    cleaner = Cleaner(model)
    alone = {page: Cleaner(model).clean(page) for page in pages}
    again = [*pages, *pages]
    random.Random(0).shuffle(again)
    assert [cleaner.clean(page) for page in again] == [alone[page] for page in again]
