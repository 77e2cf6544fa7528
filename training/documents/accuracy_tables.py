"""Tables of the benchmark's results: tools by corpus, page type and language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from training.documents.markdown import markdown_table
from training.documents.results import OURS, Json

MEAN: Final = "mean over corpora"
LANGUAGE_PREFIX: Final = "language/"  # of the groups by language
WORLD: Final = "world"
OURS_BY_CONVENTION: Final = "boilerplate, by convention"
WORLD_LANGUAGE_PREFIX: Final = "world language/"  # the same, of the world pages alone
LEAST_PAGES: Final = 3  # a language with fewer pages has no row of its own
MODE_NAMES: Final = {"html": "HTML", "text": "bare text"}
CORPUS_MEASURES: Final = ("word_f1", "line_f1")  # have a table of every tool and corpus
MEASURE_NAMES: Final = {
    "word_f1": "word F1", "line_f1": "line F1", "char_f1": "character-weighted F1",
    "shingle_f1": "shingle F1",
}  # fmt: skip
COMPARED: Final = ("trafilatura", "jusText")  # with us in the tables by language
ENGLISH_NEWS: Final = ("daniel/en", "fundus/en", "wcxb/article")
TITLES: Final = {
    "wcxb": "WCXB", "daniel": "DAnIEL", "fundus": "fundus", "magic-html": "magic-html",
    "mercury-parser": "mercury", "readability": "readability", "rkrzr": "rkrzr",
    "world": "world",
    "wcxb/article": "WCXB articles", "daniel/en": "DAnIEL, English",
    "fundus/en": "fundus, English", MEAN: "mean over corpora", "all": "all pages",
}  # fmt: skip


def accuracy_tables(results: Json, level: str = "##") -> str:
    """All tables of the benchmark on one split, in Markdown."""
    parts: list[str] = []
    for kind, mode in results["modes"].items():
        parts.append(f"{level} {capitalised(MODE_NAMES[kind])}, split `{results['split']}`")
        parts.append(
            f"{mode['pages']} pages; the number of each group's stands in brackets."
            + (
                f" {mode['unread']} more, without lines or with too many, are left out."
                if mode["unread"]
                else ""
            )
        )
        if WORLD in mode["tools"][OURS]["groups"]:
            parts += world_tables(mode)
        groups = [*corpora_in(mode), MEAN]
        types = groups_in(mode, "wcxb/")
        languages = groups_in(mode, LANGUAGE_PREFIX, LEAST_PAGES)
        for measure in CORPUS_MEASURES:
            name = MEASURE_NAMES[measure]
            parts += [f"{capitalised(name)}:", tools_by_corpus(mode, measure, groups)]
        if types:
            parts += ["Word F1 by WCXB's page types:", groups_by_tool(mode, "word_f1", types)]
        if languages:
            parts += [
                f"Word F1 by language, all corpora, languages of {LEAST_PAGES} pages or more:",
                groups_by_tool(mode, "word_f1", languages),
            ]
        if has_measure(mode, "char_f1") and (every := groups_in(mode, LANGUAGE_PREFIX)):
            parts += [
                "Line F1 / character-weighted F1 by language, all corpora; the second counts each "
                "line as long as it is:",
                languages_table(mode, every),
            ]
        news = [group for group in ENGLISH_NEWS if group in mode["tools"][OURS]["groups"]]
        if has_measure(mode, "shingle_f1") and news:
            parts += [
                "Shingle F1 of English news: the runs of four words of what is kept and of the "
                "gold, as article-extraction-benchmark counts them:",
                tools_by_corpus(mode, "shingle_f1", news),
            ]
        overs = [n for n in mode["tools"][OURS]["groups"] if n.endswith("(mean over parts)")]
        if overs:
            parts += [
                "Word F1 where each language of a corpus (of WCXB each page type) counts once:",
                groups_by_tool(mode, "word_f1", overs),
            ]
        parts.append(_failures(mode))
    return "\n\n".join(filter(None, parts))


def world_tables(mode: Json) -> list[str]:
    """What is shown of the world pages: line F1 by page type and language, lines kept by role."""
    tools = {name: tool for name, tool in mode["tools"].items() if name != OURS_BY_CONVENTION}
    mode = {**mode, "tools": tools}  # the readers' convention is that of world pages
    types = [WORLD, *groups_in(mode, f"{WORLD}/", LEAST_PAGES)]
    languages = groups_in(mode, WORLD_LANGUAGE_PREFIX, LEAST_PAGES)
    parts = [
        "World pages, read line by line, which no tool was tuned to. Two readings of the same "
        "pages agree on content or chrome for 0.95 to 1.00 of the lines. Line F1 by page type:",
        tools_by_corpus(mode, "line_f1", types),
    ]
    if languages:
        parts += [
            f"Line F1 of world pages by language, {LEAST_PAGES} pages or more:",
            groups_by_tool(mode, "line_f1", languages),
        ]
    if mode["tools"][OURS].get("kept_by_role"):
        parts += ["Share of the lines of each role that is kept:", roles_table(mode)]
    return parts


def roles_table(mode: Json) -> str:
    """A row a role, a column a tool: the share of its lines that is kept."""
    tools = mode["tools"]
    rows = [
        [
            role,
            str(ours["lines"]),
            *(f"{tool['kept_by_role'][role]['kept']:.2f}" for tool in tools.values()),
        ]
        for role, ours in tools[OURS]["kept_by_role"].items()
    ]
    return markdown_table(["role", "lines", *tools], rows)


def capitalised(words: str) -> str:
    """The words with a capital at their beginning; the other letters stay."""
    return words[0].upper() + words[1:]


def _failures(mode: Json) -> str:
    failures = [
        f"{name}: " + ", ".join(f"{number} {what}" for what, number in tool["failures"].items())
        for name, tool in mode["tools"].items()
        if tool["failures"]
    ]
    if not failures:
        return "No tool failed on a page."
    return "Pages on which a tool failed, which count as empty output: " + "; ".join(failures) + "."


# ---------------------------------------------------------------------------------- one table


def tools_by_corpus(mode: Json, measure: str, groups: Sequence[str]) -> str:
    """A table of one measure: a row a tool, a column a group."""
    pages = mode["tools"][OURS]["groups"]
    head = [f"{TITLES.get(g, g.rpartition('/')[2])} ({pages[g]['pages']})" for g in groups]
    return markdown_table(["tool", *head], figures(mode["tools"], groups, measure))


def groups_by_tool(mode: Json, measure: str, groups: Sequence[str]) -> str:
    """A table of one measure: a row a group, a column a tool. For many groups."""
    names = list(mode["tools"])
    ours = mode["tools"][OURS]["groups"]
    columns = figures(mode["tools"], groups, measure)
    rows = [
        [
            group.rpartition("/")[2],
            str(ours[group]["pages"]),
            *(column[i + 1] for column in columns),
        ]
        for i, group in enumerate(groups)
    ]
    return markdown_table(["", "pages", *names], rows)


def languages_table(mode: Json, groups: Sequence[str]) -> str:
    """A row a language: line F1 / character-weighted F1 of us and of the COMPARED tools."""
    tools = {
        name: mode["tools"][name]["groups"] for name in (OURS, *COMPARED) if name in mode["tools"]
    }
    rows = [
        [
            group.removeprefix(LANGUAGE_PREFIX),
            str(tools[OURS][group]["pages"]),
            *(
                f"{each[group]['line_f1']:.3f} / {each[group]['char_f1']:.3f}"
                for each in tools.values()
            ),
        ]
        for group in groups
    ]
    return markdown_table(["", "pages", *tools], rows)


def figures(tools: Mapping[str, Json], groups: Sequence[str], measure: str) -> list[list[str]]:
    """A row a tool, a column a group; the best of each column in bold.

    >>> tools = {"a": {"groups": {"g": {"f": 0.5}}}, "b": {"groups": {"g": {"f": 0.25}}}}
    >>> figures(tools, ["g"], "f")
    [['a', '**0.500**'], ['b', '0.250']]
    """
    values = {
        name: [tool["groups"].get(group, {}).get(measure) for group in groups]
        for name, tool in tools.items()
    }
    best = [
        max((v for v in column if v is not None), default=None)
        for column in zip(*values.values(), strict=True)
    ]
    return [
        [name, *(_figure(v, b) for v, b in zip(row, best, strict=True))]
        for name, row in values.items()
    ]


def _figure(value: float | None, best: float | None) -> str:
    if value is None:
        return ""
    return f"**{value:.3f}**" if value == best else f"{value:.3f}"


# ----------------------------------------------------------------------------------- groups


def corpora_in(mode: Json) -> list[str]:
    """The names of the corpora in a mode's results, the largest first."""
    groups = mode["tools"][OURS]["groups"]
    names = [name for name in groups if "/" not in name and "mean" not in name and name != "all"]
    return sorted(names, key=lambda name: (-groups[name]["pages"], name))


def groups_in(mode: Json, prefix: str, least: int = 1) -> list[str]:
    """The groups whose names begin with a prefix and have enough pages, the largest first."""
    groups = mode["tools"][OURS]["groups"]
    names = [n for n in groups if n.startswith(prefix) and groups[n]["pages"] >= least]
    return sorted(names, key=lambda name: (-groups[name]["pages"], name))


def has_measure(mode: Json, measure: str) -> bool:
    """Whether a mode's results have a measure; older results lack some."""
    return all(measure in tool["groups"].get("all", {}) for tool in mode["tools"].values())
