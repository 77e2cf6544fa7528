"""What a label is due to: the model, the site model, a plugin, the threshold or a blank line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boilerplate import Cleaner, Label, SiteModel
from boilerplate.cleaner import deciders
from boilerplate.model.model import Model
from boilerplate.plugins.manager import load_plugins, no_plugins
from boilerplate.plugins.opinions import Opinions
from boilerplate.plugins.plugin import Settings
from boilerplate.reading.html import html_page
from boilerplate.visibility import HIDDEN, NO_VERDICTS, Verdicts
from tests import made_up_site as site
from tests.made_up import SENTENCES

URL = "https://courier.example/a"
LINES = [SENTENCES["ar"], "Paylaş", "", "もっと見る", SENTENCES["th"]]
TEXT = "\n".join(LINES)


def cleaner(model: Model, folder: Path, threshold: float | None = None, **rules: str) -> Cleaner:
    """A Cleaner with a plugin of these rules for each name."""
    for name, body in rules.items():
        (folder / f"{name}.toml").write_text(
            f'api = 1\n[[site]]\nhosts = ["courier.example"]\n{body}\n', "utf-8"
        )
    only = frozenset(rules)
    return Cleaner(model, threshold, load_plugins(Settings(folders=(str(folder),), only=only)))


def probabilities(model: Model) -> list[float]:
    page = Cleaner(model, plugins=no_plugins()).clean(TEXT, URL)
    return list(page.predictions.probabilities)


def test_without_plugins_and_site_models_lines_are_the_model_s_or_blank(model: Model) -> None:
    page = Cleaner(model, 0.5, no_plugins()).clean(TEXT, URL)
    assert page.predictions.deciders == ["model", "model", "blank", "model", "model"]
    assert [p.decided_by for p in page.predictions] == page.predictions.deciders


def test_the_threshold_decides_where_one_half_gives_the_other_label(model: Model) -> None:
    for threshold in (0.0, 1.0):
        page = Cleaner(model, threshold, no_plugins()).clean(TEXT, URL)
        for p in page.predictions:
            if p.decided_by != "blank":
                same = (p.label is Label.CONTENT) == (p.probability >= 0.5)
                assert p.decided_by == ("model" if same else "threshold")
    assert "threshold" in page.predictions.deciders


def test_a_plugin_s_verdict_decides_even_where_the_model_agrees(
    model: Model, tmp_path: Path
) -> None:
    for verdict in ("drop", "keep"):
        page = cleaner(model, tmp_path, courier=f'{verdict} = ["Paylaş"]').clean(TEXT, URL)
        assert page.predictions[1].decided_by == "plugin:courier"
        assert page.predictions.deciders.count("plugin:courier") == 1


def test_the_first_of_two_verdicts_decides(model: Model, tmp_path: Path) -> None:
    both = {"a": 'drop = ["Paylaş"]', "b": 'keep = ["Paylaş"]'}
    page = cleaner(model, tmp_path, **both).clean(TEXT, URL)
    assert page.predictions[1].decided_by == "plugin:a"


def test_votes_decide_only_where_they_change_the_label(model: Model, tmp_path: Path) -> None:
    was = probabilities(model)[1]
    up, down = 'keep = ["Paylaş"]', 'drop = ["Paylaş"]'
    toward, away = (up, down) if was < 0.5 else (down, up)
    found = {}
    for name, rules, vote in (("much", toward, 9), ("less", toward, 0.001), ("away", away, 9)):
        page = cleaner(model, tmp_path, 0.5, courier=f"{rules}\nvote = {vote}").clean(TEXT, URL)
        found[name] = page.predictions[1].decided_by
    assert found == {"much": "plugin:courier", "less": "model", "away": "model"}


def test_of_several_votes_the_heaviest_in_their_direction_is_named(
    model: Model, tmp_path: Path
) -> None:
    up, down = 'keep = ["Paylaş"]', 'drop = ["Paylaş"]'
    toward, away = (up, down) if probabilities(model)[1] < 0.5 else (down, up)
    rules = {
        "a": f"{toward}\nvote = 3", "b": f"{toward}\nvote = 10", "c": f"{away}\nvote = 8",
    }  # fmt: skip
    page = cleaner(model, tmp_path, 0.5, **rules).clean(TEXT, URL)
    assert page.predictions[1].decided_by == "plugin:b"


def test_the_site_model_decides_where_it_moves_a_line_across_the_threshold() -> None:
    known = SiteModel("daily.example").fit(html_page(site.html(i)) for i in range(6))
    url = "https://daily.example/7"
    pages = [
        Cleaner(plugins=no_plugins(), site_models=each).clean(site.html(7), url)
        for each in (None, known)
    ]
    pairs = [[p.probability for p in page.predictions] for page in pages]
    between = sum(max(zip(*pairs, strict=True), key=lambda pair: abs(pair[0] - pair[1]))) / 2
    general = Cleaner(threshold=between, plugins=no_plugins()).clean(site.html(7), url)
    of_site = Cleaner(threshold=between, plugins=no_plugins(), site_models=known).clean(
        site.html(7), url
    )
    moved = 0
    for before, p in zip(general.predictions, of_site.predictions, strict=True):
        was, now = (each.probability >= of_site.threshold for each in (before, p))
        moved += was != now
        if was != now:
            assert p.decided_by == "site_model"
        else:
            assert p.decided_by in {"model", "threshold"}
    assert moved


@pytest.mark.parametrize(
    ("steps", "decider"),
    [
        ({"model": 0, "site": 0, "votes": 0, "plain": 0}, "model"),
        ({"model": 1, "site": 1, "votes": 1, "plain": 0}, "threshold"),
        ({"model": 1, "site": 0, "votes": 0, "plain": 0}, "site_model"),
        ({"model": 1, "site": 0, "votes": 0, "plain": 1}, "site_model"),
        ({"model": 0, "site": 0, "votes": 1, "plain": 1}, "plugin:v"),
        ({"model": 1, "site": 0, "votes": 1, "plain": 1}, "plugin:v"),
        ({"model": 1, "site": 0, "votes": 1, "plain": 1, "page": True}, "page"),
        ({"model": 1, "site": 0, "votes": 1, "plain": 1, "page": True, "roles": True}, "roles"),
        ({"model": 1, "site": 0, "votes": 0, "plain": 1, "judge": "j"}, "plugin:j"),
        (
            {"model": 1, "site": 1, "votes": 1, "plain": 1, "judge": "j", "roles": True},
            "plugin:j",
        ),
        (
            {"model": 1, "site": 0, "votes": 0, "plain": 1, "judge": "j", "page": True},
            "plugin:j",
        ),
    ],
)
def test_plugins_go_before_roles_the_page_site_models_and_the_threshold(
    steps: Mapping[str, Any], decider: str
) -> None:
    kept = [np.array([bool(steps[name])]) for name in ("model", "site", "votes", "plain")]
    by_model, with_site, with_votes, plain = kept
    judges = {0: f"plugin:{steps['judge']}"} if "judge" in steps else {}
    opinions = Opinions(judges=judges, voters={0: "plugin:v"})
    by_page: Verdicts = {0: HIDDEN} if "page" in steps else NO_VERDICTS
    roles = {0: "roles"} if "roles" in steps else {}
    found = deciders(by_model, with_site, with_votes, plain, by_page, roles, opinions)
    assert found == [decider]


def test_the_words_of_a_rule_decide_nothing(model: Model, tmp_path: Path) -> None:
    lines = f"{SENTENCES['en']}\nplugin:courier: on 9 of 10 pages of this site"
    page = cleaner(model, tmp_path, 0.5, other="drop = ['nothing of this page']").clean(lines, URL)
    assert page.predictions.deciders == ["model", "model"]
