"""Lines of the corpora's pages whose markup names their kind."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import turbohtml

from boilerplate.kernels.plain_chrome_kinds import PARAMS
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from training.chrome_kinds.catalogues import CAMEL_CASE, strong_kinds
from training.chrome_kinds.examples import LEAST_LETTERS, MAX_CHARS, Example, language_of
from training.corpora import CORPORA, GoldPage, formasaurus
from training.corpora.archives import clone_of, read_json
from training.corpora.markup import block_lines
from training.gold_pages import gold_pages
from training.samples import elements_around, sample
from training.split import Split, split_of

# Patterns of the class and id names of elements that hold a kind; "other" has bylines, dates, ads.
NAMES: Final = {
    "cookie": r"cookie|consent|gdpr|\bcmp\b",
    "newsletter": r"newsletter|mailchimp|mc4wp|mailing-?list|subscribe\b|subscription|\bnl-",
    "share": r"\bshar(e|es|ing|er|edaddy)\b|social|addthis|addtoany|follow-?us|\bsns\b",
    "comments": r"comments?\b|comment-|disqus|\brespond\b|\brepl(y|ies)\b",
    "login": r"log-?in\b|sign-?in\b|sign-?up\b|\bregist(er|ration)|my-?account|user-menu",
    "related": r"related|recommend|popular|trending|most-?(read|view)|more-?(news|stories|posts)"
               r"|read-?(more|next)|\btags?\b|tag-?(list|links|cloud)|also-?like|taboola|outbrain",
    "shop": r"\bcart\b|basket|wish-?list|checkout|\bprices?\b|shipping",
    "legal": r"copyright|\blegal|disclaimer|privacy|\bterms\b|imprint|impressum",
    "navigation": r"\bnav|\bmenu|menu\b|breadcrumb|paginat|\bpager|search|\btoc\b|skip-",
    "other": r"advert|\bads?\b|sponsor|byline|\bauthor|dateline|pub-?date|timestamp|published",
}  # fmt: skip
_NAME_PATTERNS: Final = {kind: re.compile(rule) for kind, rule in NAMES.items()}


@dataclass(frozen=True, slots=True)
class PageLineParameters:
    """Which lines of a page are taken, and how much they count."""

    levels: int = 6  # of elements above a line; those further up hold more than one kind
    lines_per_page: int = 15  # of one kind
    lines_per_site: int = 60  # of one kind
    weight: float = 2.0  # they are worded as sites word them, catalogues as programs do


PARAMETERS: Final = PageLineParameters()
# Of Formasaurus's labels of forms; "contact or comment" is two kinds, so it is left out.
FORM_KINDS: Final = {
    "s": "navigation", "N": "navigation", "l": "login", "r": "login", "p": "login",
    "m": "newsletter", "b": "shop",
}  # fmt: skip


def kind_of_names(around: Sequence[tuple[str, tuple[str, ...]]]) -> str | None:
    """The kind by the names of the nearest named element around a line; None if there is none.

    >>> kind_of_names([("a", ()), ("div", ("post-newsletterBox",))])
    'newsletter'
    >>> kind_of_names([("a", ()), ("li", ()), ("nav", ())])
    'navigation'
    """
    near = [
        (tag, names) for tag, names in around[: PARAMETERS.levels] if tag not in ("body", "html")
    ]
    for _, names in near:
        called = " ".join(CAMEL_CASE.sub("-", name).lower().replace("_", "-") for name in names)
        found = [kind for kind, rule in _NAME_PATTERNS.items() if rule.search(called)]
        if found:
            return found[0] if len(found) == 1 else None
    return "navigation" if any(tag == "nav" for tag, _ in near) else None


def page_examples(golds: Iterable[GoldPage]) -> list[Example]:
    """Lines that are chrome by the gold and have a kind by the names of their elements.

    A line that names another kind than its elements ("Newsletter" in a menu) is left out.
    """
    found: list[Example] = []
    for gold in golds:
        labelled = sample(gold, "html")
        if labelled is None:
            continue
        page, kinds = labelled.page, Counter[str]()
        for line, y in zip(page.lines, labelled.y.tolist(), strict=True):
            if y != 0 or sum(map(str.isalpha, line.text)) < LEAST_LETTERS:
                continue
            around = tuple((e.tag, e.names) for e in elements_around(page, line))[: PARAMS.levels]
            kind = kind_of_names(around)
            if (
                kind is None
                or kinds[kind] >= PARAMETERS.lines_per_page
                or strong_kinds(line.text) - {kind}
            ):
                continue
            kinds[kind] += 1
            found.append(
                Example(line.text[:MAX_CHARS], kind, gold.corpus, language_of(gold.language),
                        around, gold.site, PARAMETERS.weight)
            )  # fmt: skip
    return _without_copies(found)


def page_examples_of_splits(source: Path, cache: Path, splits: Collection[Split]) -> list[Example]:
    """The lines of gold pages and of labelled forms on the sites of some splits."""
    return [
        *page_examples(gold_pages(source, cache, splits)),
        *form_examples(source, cache, splits),
    ]


def form_examples(source: Path, cache: Path, splits: Collection[Split]) -> list[Example]:
    """Lines of Formasaurus's forms on the sites of some splits, by the labels of the forms."""
    [(archive, repository)] = CORPORA["formasaurus"].REPOSITORIES.items()
    root = clone_of(archive, repository, source, cache)
    data = root / "formasaurus/data"
    index = read_json(data / "index.json")
    found: list[Example] = []
    for gold in formasaurus.pages(root):
        document = turbohtml.parse(gold.html)
        entry = index[f"html/{gold.id}.html"]
        forms = document.find_all("form")
        if len(forms) != len(entry["forms"]):
            continue
        kinds: dict[str, set[str]] = defaultdict(set)
        for form, label in zip(forms, entry["forms"], strict=True):
            for text in block_lines(form):
                kinds[text].add(FORM_KINDS.get(label, ""))
        page = html_page(decode(gold.html), gold.url)
        for line in page.lines:
            around = tuple((e.tag, e.names) for e in elements_around(page, line))
            named = kinds.get(" ".join(line.text.split()), set())
            if len(named) != 1 or not any(tag == "form" for tag, _ in around):
                continue
            if (kind := min(named)) and sum(map(str.isalpha, line.text)) >= LEAST_LETTERS:
                found.append(
                    Example(line.text[:MAX_CHARS], kind, gold.corpus, language_of(gold.language),
                            around[: PARAMS.levels], gold.site)
                )  # fmt: skip
    copies_removed = _without_copies(found)
    return [each for each in copies_removed if split_of(each.site) in splits]


def _without_copies(examples: Iterable[Example]) -> list[Example]:
    """Each text of a site and kind once, and not more texts than the limit."""
    seen: set[tuple[str, str, str]] = set()
    many: Counter[tuple[str, str]] = Counter()
    kept = []
    for each in examples:
        key = (each.site, each.kind, each.text)
        if key not in seen and many[key[:2]] < PARAMETERS.lines_per_site:
            seen.add(key)
            many[key[:2]] += 1
            kept.append(each)
    return kept
