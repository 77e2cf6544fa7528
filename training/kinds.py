"""What kinds of chrome are learned from, and the fit of ``boilerplate.kinds``.

Three sources. Catalogues of programs' phrases in 80 languages, whose English text decides the
kind for all of its translations (``kind_of_key``). Phrases written for this project
(``training.phrases``). And lines of the corpora's pages that the markup names: what stands in
a form that was labelled by hand, or below an element called "newsletter".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
import turbohtml
from sklearn.linear_model import LogisticRegression

from boilerplate.model.chrome_kinds import (
    FADING,
    KINDS,
    MAX_LEVELS,
    NAME_BITS,
    TEXT_BITS,
    KindModel,
    name_ids,
    text_rows,
)
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from training.corpora import GoldPage, block_lines, formasaurus, read_json
from training.dataset import elements_around, sample
from training.lexicon import rows as catalogue_rows

Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Example:
    """A line of chrome and its kind.

    ``source`` is a catalogue, a corpus or "phrases"; ``around`` are tag and names of the
    elements around the line, the innermost first, empty for bare text; ``weight`` counts it
    for more or less than a line.
    """

    text: str
    kind: str
    source: str
    language: str
    around: tuple[tuple[str, tuple[str, ...]], ...] = ()
    site: str = ""
    weight: float = 1.0


# ---------------------------------------------------------------------------- catalogues

# A phrase is of the one strong kind that its English text speaks of ...
STRONG: Final = {
    "cookie": r"\bcookies?\b|\bconsent\b",
    "legal": r"\bprivacy\b|\bterms (of|and)\b|copyright|rights reserved|licen[cs]ed? under"
             r"|\bimprint\b|\blegal\b|disclaimer|personal (data|information)|data protection",
    "newsletter": r"newsletter|mailing list|\b(un|re)?subscri(be|bed|ber|bers|bing|ptions?)\b",
    "share": r"\bshar(e|es|ed|ing)\b|\btweet|\bfollow (us|me)\b|\bfacebook\b|\btwitter\b"
             r"|\bsocial\b|whatsapp|pinterest|linkedin|tumblr|telegram|copy link"
             r"|send (this )?(by|via) e-?mail",
    "comments": r"\bcomment(s|ed|ing|ers?)?\b|\brepl(y|ies|ied)\b|\bdiscussions?\b",
    "login": r"\blog(ged)?[ -]?(in|out|off)\b|\bsign(ed)?[ -]?(in|out|up)\b|password"
             r"|\buser ?name\b|\bregister\b|\bregistration\b|\baccounts?\b|passkey",
}  # fmt: skip
# ... or, where it speaks of none of those, of the one weak kind. Two of a sort: left out.
WEAK: Final = {
    "shop": r"\bbasket\b|\bcart\b|checkout|\bprices?\b|shipping|shipment|\borders?\b|\bproducts?\b"
            r"|(in|out of) stock|payments?\b|coupon|voucher|refund|wish ?list|delivery|\bbuy\b"
            r"|purchase|discount|gift card|\btax\b|\bitems?\b",
    "related": r"\brelated\b|read more|continue reading|see also|recommended|\bpopular\b"
               r"|most (read|viewed)|latest|\brecent\b|\btags?\b|\btopics?\b"
               r"|\bmore (from|posts|about)|similar|learn more|featured|trending",
    "navigation": r"\bhome(page)?\b|\bmenu\b|navigation|\bsearch(es|ed|ing)?\b|\bnext\b"
                  r"|\bprev(ious)?\b|\bback\b|\bskip\b|contents\b|breadcrumbs?|sidebar|\btop\b"
                  r"|\barchives?\b|categor(y|ies)|site ?map|\bbrowse\b|languages?\b"
                  r"|\btoggle\b|\bindex\b|\bclose\b|on this page|\bnavigate\b|go to\b",
    "other": r"advert|\bprint\b|\bedit\b|\bcop(y|ied)\b|loading|\bmin(ute)?s?\b|\bdark\b|\blight\b"
             r"|\bsave\b|\bcancel\b|\bdelete|\bauthors?\b|publish|\bposted\b|\bupdated?\b"
             r"|powered by|\bdownload\b|\bversion\b|\bdate\b",
}  # fmt: skip
_PATTERNS: Final = {kind: re.compile(rule) for kind, rule in (STRONG | WEAK).items()}
# Managers of consent: "Accept all" is about cookies there.
CONSENT: Final = frozenset({"klaro", "mw-CookieWarning", "orejime", "tarteaucitron"})
_CHOICE: Final = re.compile(
    r"\b(cookies?|consent|accept\w*|allow\w*|den(y|ies)|declin\w*|reject|disallowed|opt (in|out)"
    r"|optout|personali[sz]\w*|preferences|services?|apps?|partners?|third part(y|ies)|audience"
    r"|advertising|purposes?|track\w*|data|required|mandatory)\b"
)
# A manager of consent names the privacy policy; what it says of personal data is its notice.
MAX_POLICY_KEY: Final = 20
# "This post is for paying subscribers only" is no newsletter's box, and no kind of ours.
_PAYWALL: Final = re.compile(r"\b(subscribers|members)[ -]only\b|\b(paying|paid) subscri")
SHOPS: Final = frozenset({"django-oscar", "spree_i18n"})  # elsewhere an order is a sequence
# Forms of comments: "Cancel" and "Preview" are as much of them as of anything else.
COMMENT_SYSTEMS: Final = frozenset(
    {"artalk", "coral-talk", "django-comments-xtd", "django-contrib-comments", "giscus", "gitalk",
     "isso", "remark42"}
)  # fmt: skip
# Longer keys of weak kinds are messages and settings of a program, and on no page's margin.
MAX_WEAK_KEY: Final = 40
# An editor's back room, where privacy is a page's setting: no reader ever sees these.
BACK_ROOMS: Final = frozenset({"wagtail"})
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CODE: Final = re.compile(
    r"\(\?P|%r|oauth|``|_en$|html|regex|\bdefault\b|quer(y|ies)|\badmin|dashboard|webhook", re.I
)
_PLACEHOLDER: Final = re.compile(
    r"%\(\w+\)[sd]|%[sd]|[%$]?\{\{?[^{}]*\}\}?|</?\w[^<>]*>|\$\w+|&#?\w+;|\|\|\|\|"
)
MIN_LETTERS: Final = 2
MAX_CHARS: Final = 400


def kind_of_key(source: str, key: str) -> str | None:
    """The kind of a catalogue's phrase, by its English text or its key; None to leave it out.

    >>> kind_of_key("sphinx", "Privacy Policy")
    'legal'
    >>> kind_of_key("klaro", "acceptAll"), kind_of_key("hugo", "acceptAll")
    ('cookie', None)
    >>> kind_of_key("hugo", "Sign in to comment") is None
    True
    >>> kind_of_key("klaro", "privacyPolicy.name"), kind_of_key("klaro", "We process personal data")
    ('legal', 'cookie')
    """
    text = re.sub(r"[_.\-]", " ", _CAMEL.sub(" ", key)).lower()
    if source in BACK_ROOMS or _CODE.search(key) or _PAYWALL.search(text):
        return None
    strong = [kind for kind in STRONG if _PATTERNS[kind].search(text)]
    if source in CONSENT and not strong and _CHOICE.search(text):
        return "cookie"
    if source in CONSENT and strong == ["legal"] and len(text) > MAX_POLICY_KEY:
        return "cookie"
    if strong:
        return strong[0] if len(strong) == 1 else None
    if source in CONSENT:
        return None
    weak = [kind for kind in WEAK if _PATTERNS[kind].search(text)]
    if len(weak) != 1 or len(text) > MAX_WEAK_KEY:
        return None
    if (weak == ["shop"] and source not in SHOPS) or (
        weak == ["other"] and source in COMMENT_SYSTEMS
    ):
        return None
    return weak[0]


def language_of(code: str) -> str:
    """The language of a catalogue, whatever the country; Norwegian is one.

    >>> language_of("pt-BR"), language_of("zh_Hans"), language_of("nb-NO")
    ('pt', 'zh', 'no')
    """
    language = re.split("[-_@]", code)[0].lower()
    return {"nb": "no", "nn": "no", "iw": "he", "fil": "tl"}.get(language, language)


def catalogue_examples(folder: Path) -> list[Example]:
    """The phrases of the lexicon whose kind is sure, once for each source and language."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for source, code, _, key, text in catalogue_rows(folder / "chrome_strings.tsv.xz"):
        kind = kind_of_key(source, key)
        said = " ".join(_PLACEHOLDER.sub(" ", text).split())
        if kind and sum(map(str.isalpha, said)) >= MIN_LETTERS and len(said) <= MAX_CHARS:
            found[said, source, language_of(code)].add(kind)
    return [
        Example(text, kinds.pop(), source, language)
        for (text, source, language), kinds in found.items()
        if len(kinds) == 1
    ]


# -------------------------------------------------------------------------------- phrases

PHRASES: Final = Path(__file__).with_name("phrases.tsv")
PHRASE_WEIGHT: Final = 3.0


def phrase_examples(path: Path = PHRASES) -> list[Example]:
    """The phrases written for this project: language, kind, phrases between bars, a line each.

    Raises ValueError for a line of another form.
    """
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 3 or fields[1] not in KINDS:
            raise ValueError(f"{path.name}, line {number}: language, kind, phrases are needed")
        language, kind, texts = fields
        found += [
            Example(text.strip(), kind, "phrases", language, weight=PHRASE_WEIGHT)
            for text in texts.split(" | ")
        ]
    return found


# ---------------------------------------------------------------------------------- pages

# What elements are called that hold a kind of chrome; "other" holds bylines, dates and ads.
NAMED: Final = {
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
_NAMED: Final = {kind: re.compile(rule) for kind, rule in NAMED.items()}
NEAR: Final = 6  # levels above a line; what is further up holds more than one kind
LINES_OF_A_KIND: Final = 15  # of one page
SITE_LINES: Final = 60  # of one site and kind
PAGE_WEIGHT: Final = 2.0  # as sites word it; catalogues word programs


def kind_of_names(around: Sequence[tuple[str, tuple[str, ...]]]) -> str | None:
    """The kind that the elements around a line are named for; None where they aren't.

    >>> kind_of_names([("a", ()), ("div", ("post-newsletterBox",))])
    'newsletter'
    >>> kind_of_names([("a", ()), ("li", ()), ("nav", ())])
    'navigation'
    """
    near = [(tag, names) for tag, names in around[:NEAR] if tag not in ("body", "html")]
    for _, names in near:
        called = " ".join(_CAMEL.sub("-", name).lower().replace("_", "-") for name in names)
        found = [kind for kind, rule in _NAMED.items() if rule.search(called)]
        if found:
            return found[0] if len(found) == 1 else None
    return "navigation" if any(tag == "nav" for tag, _ in near) else None


def said_kinds(text: str) -> set[str]:
    """The strong kinds that a line speaks of in English or in loan words."""
    low = text.lower()
    return {kind for kind in STRONG if _PATTERNS[kind].search(low)}


def page_examples(golds: Iterable[GoldPage]) -> list[Example]:
    """Lines of pages that are chrome by their gold and of a kind by their elements' names.

    A line that speaks of another kind than its names ("Newsletter" in a menu) is left out.
    """
    found: list[Example] = []
    for gold in golds:
        labelled = sample(gold, "html")
        if labelled is None:
            continue
        page, kinds = labelled.page, Counter[str]()
        for line, y in zip(page.lines, labelled.y.tolist(), strict=True):
            if y != 0 or sum(map(str.isalpha, line.text)) < MIN_LETTERS:
                continue
            around = tuple((e.tag, e.names) for e in elements_around(page, line))[:MAX_LEVELS]
            kind = kind_of_names(around)
            if kind is None or kinds[kind] >= LINES_OF_A_KIND or said_kinds(line.text) - {kind}:
                continue
            kinds[kind] += 1
            found.append(
                Example(line.text[:MAX_CHARS], kind, gold.corpus, language_of(gold.language),
                        around, gold.site, PAGE_WEIGHT)
            )  # fmt: skip
    return _without_copies(found)


# Formasaurus's labels; its "contact or comment" forms are told apart by their names.
FORMS: Final = {
    "s": "navigation", "N": "navigation", "l": "login", "r": "login", "p": "login",
    "m": "newsletter", "b": "shop",
}  # fmt: skip


def form_examples(root: Path) -> list[Example]:
    """Lines of Formasaurus's forms, of the kinds that people gave the forms."""
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
                kinds[text].add(FORMS.get(label, ""))
        page = html_page(decode(gold.html), gold.url)
        for line in page.lines:
            around = tuple((e.tag, e.names) for e in elements_around(page, line))
            named = kinds.get(" ".join(line.text.split()), set())
            if len(named) != 1 or not any(tag == "form" for tag, _ in around):
                continue
            if (kind := min(named)) and sum(map(str.isalpha, line.text)) >= MIN_LETTERS:
                found.append(
                    Example(line.text[:MAX_CHARS], kind, gold.corpus, language_of(gold.language),
                            around[:MAX_LEVELS], gold.site)
                )  # fmt: skip
    return _without_copies(found)


def _without_copies(examples: Iterable[Example]) -> list[Example]:
    """Each text of a site and kind once, and not more of them than SITE_LINES."""
    seen: set[tuple[str, str, str]] = set()
    many: Counter[tuple[str, str]] = Counter()
    kept = []
    for each in examples:
        key = (each.site, each.kind, each.text)
        if key not in seen and many[key[:2]] < SITE_LINES:
            seen.add(key)
            many[key[:2]] += 1
            kept.append(each)
    return kept


def half_named(examples: Sequence[Example]) -> list[Example]:
    """Every other line without its names: words must be learned beside them."""
    return [replace(e, around=()) if i % 2 else e for i, e in enumerate(examples)]


# ----------------------------------------------------------------------------------- fit


def design(examples: Sequence[Example]) -> sp.csr_matrix:
    """The rows that ``KindModel`` weighs: n-grams, then names; (n, 2**17 + 2**13)."""
    ids, offsets = text_rows([each.text for each in examples])
    counts = np.diff(offsets)
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    text = sp.csr_matrix((values, ids, offsets), shape=(len(examples), 1 << TEXT_BITS))
    rows, places, weights = [0], [np.zeros(0, np.int64)], [np.zeros(0)]
    for each in examples:
        rows.append(rows[-1])
        for level, (tag, names) in enumerate(each.around[:MAX_LEVELS]):
            places.append(name_ids(tag, names))
            n = len(places[-1])
            weights.append(np.full(n, FADING**level / np.sqrt(n)))
            rows[-1] += n
    named = sp.csr_matrix(
        (np.concatenate(weights).astype(np.float32), np.concatenate(places), rows),
        shape=(len(examples), 1 << NAME_BITS),
    )
    return sp.hstack([text, named], format="csr")


C: Final = 3.0
ITERATIONS: Final = 200
BALANCE: Final = 0.5  # 1 would make the kinds weigh the same


def weights_of(examples: Sequence[Example]) -> np.ndarray:
    """How much each example counts: rare kinds more, the many phrases of one source less."""
    kinds = Counter(each.kind for each in examples)
    cells = Counter((each.source, each.language, each.kind) for each in examples)
    w = np.array(
        [
            each.weight * (10 / max(10, cells[each.source, each.language, each.kind])) ** 0.5
            for each in examples
        ]
    )
    totals = dict.fromkeys(KINDS, 0.0)
    for each, weight in zip(examples, w, strict=True):
        totals[each.kind] += weight
    mean = sum(totals.values()) / len(kinds)
    return w * np.array([(mean / totals[each.kind]) ** BALANCE for each in examples])


def fit(examples: Sequence[Example], about: dict[str, Any] | None = None) -> KindModel:
    """The model of some examples; deterministic."""
    X = design(examples)
    y = np.array([KINDS.index(each.kind) for each in examples])
    fitted = LogisticRegression(C=C, max_iter=ITERATIONS, tol=1e-3).fit(
        X, y, sample_weight=weights_of(examples)
    )
    table = np.zeros((len(KINDS), X.shape[1]), np.float32)
    bias = np.full(len(KINDS), -20.0, np.float32)
    table[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    return KindModel(
        np.ascontiguousarray(table[:, : 1 << TEXT_BITS].T),
        np.ascontiguousarray(table[:, 1 << TEXT_BITS :].T),
        bias,
        about or {},
    )


def about(examples: Sequence[Example]) -> dict[str, Any]:
    """What a model's file says of where it came from."""
    sources = Counter(each.source for each in examples)
    return {"lines": len(examples), "sources": dict(sorted(sources.items()))}
