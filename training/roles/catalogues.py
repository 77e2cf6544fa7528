"""Roles of the phrases in programs' translation catalogues, by their English text or their key."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

from training.lexicon import rows
from training.roles.examples import LEAST_LETTERS, MAX_CHARS, Example, language_of

# A phrase has the strong role that its English text names, if it names exactly one.
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
# If it names none of those, it has the weak role that it names. With two of a sort it is left out.
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
_PATTERNS: Final = {role: re.compile(rule) for role, rule in (STRONG | WEAK).items()}
# Consent managers: "Accept all" is about cookies there.
CONSENT_MANAGERS: Final = frozenset({"klaro", "mw-CookieWarning", "orejime", "tarteaucitron"})
_CHOICE: Final = re.compile(
    r"\b(cookies?|consent|accept\w*|allow\w*|den(y|ies)|declin\w*|reject|disallowed|opt (in|out)"
    r"|optout|personali[sz]\w*|preferences|services?|apps?|partners?|third part(y|ies)|audience"
    r"|advertising|purposes?|track\w*|data|required|mandatory)\b"
)
# A consent manager names the privacy policy in few words; longer texts on personal data are its
# notice.
MAX_POLICY_KEY: Final = 20
# "This post is for paying subscribers only" is no newsletter box, and has none of our roles.
_PAYWALL: Final = re.compile(r"\b(subscribers|members)[ -]only\b|\b(paying|paid) subscri")
SHOPS: Final = frozenset({"django-oscar", "spree_i18n"})  # elsewhere an "order" is a sequence
# In a form for comments, "Cancel" and "Preview" may be of the role "comments" or "other".
COMMENT_SYSTEMS: Final = frozenset(
    {"artalk", "coral-talk", "django-comments-xtd", "django-contrib-comments", "giscus", "gitalk",
     "isso", "remark42"}
)  # fmt: skip
# Longer keys of weak roles are messages and settings of a program, which no page shows.
MAX_WEAK_KEY: Final = 40
# Phrases of an editor's administration, which readers never see; privacy is a setting there.
ADMINISTRATION: Final = frozenset({"wagtail"})
CAMEL_CASE: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CODE: Final = re.compile(
    r"\(\?P|%r|oauth|``|_en$|html|regex|\bdefault\b|quer(y|ies)|\badmin|dashboard|webhook", re.I
)
_PLACEHOLDER: Final = re.compile(
    r"%\(\w+\)[sd]|%[sd]|[%$]?\{\{?[^{}]*\}\}?|</?\w[^<>]*>|\$\w+|&#?\w+;|\|\|\|\|"
)


def role_of_key(source: str, key: str) -> str | None:
    """The role of a catalogue's phrase, by its English text or its key; None if it is unsure.

    >>> role_of_key("sphinx", "Privacy Policy")
    'legal'
    >>> role_of_key("klaro", "acceptAll"), role_of_key("hugo", "acceptAll")
    ('cookie', None)
    >>> role_of_key("hugo", "Sign in to comment") is None
    True
    >>> role_of_key("klaro", "privacyPolicy.name"), role_of_key("klaro", "We process personal data")
    ('legal', 'cookie')
    """
    text = re.sub(r"[_.\-]", " ", CAMEL_CASE.sub(" ", key)).lower()
    if source in ADMINISTRATION or _CODE.search(key) or _PAYWALL.search(text):
        return None
    strong = [role for role in STRONG if _PATTERNS[role].search(text)]
    if source in CONSENT_MANAGERS and not strong and _CHOICE.search(text):
        return "cookie"
    if source in CONSENT_MANAGERS and strong == ["legal"] and len(text) > MAX_POLICY_KEY:
        return "cookie"
    if strong:
        return strong[0] if len(strong) == 1 else None
    if source in CONSENT_MANAGERS:
        return None
    weak = [role for role in WEAK if _PATTERNS[role].search(text)]
    if len(weak) != 1 or len(text) > MAX_WEAK_KEY:
        return None
    if (weak == ["shop"] and source not in SHOPS) or (
        weak == ["other"] and source in COMMENT_SYSTEMS
    ):
        return None
    return weak[0]


def catalogue_examples(folder: Path) -> list[Example]:
    """The phrases of the lexicon whose role is sure, each once for each source and language."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for source, code, _, key, text in rows(folder / "chrome_strings.tsv.xz"):
        role = role_of_key(source, key)
        plain = " ".join(_PLACEHOLDER.sub(" ", text).split())
        if role and sum(map(str.isalpha, plain)) >= LEAST_LETTERS and len(plain) <= MAX_CHARS:
            found[plain, source, language_of(code)].add(role)
    return [
        Example(text, roles.pop(), source, language)
        for (text, source, language), roles in found.items()
        if len(roles) == 1
    ]
