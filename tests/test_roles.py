"""The roles of lines: which are kept, and how a line gets its role."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.numeric import Floats
from boilerplate.roles import (
    BESIDE_ROLES,
    CHROME_ROLES,
    CONTENT_ROLES,
    MIN_GROUNDS,
    ROLES,
    assigned,
    chosen,
    kept_roles,
    role_choice,
)

KEPT, DROPPED = np.array([True]), np.array([False])


def line(**probabilities: float) -> Floats:
    """The logarithms of one line's probabilities, (1, 24), what is left shared by the others."""
    rest = (1 - sum(probabilities.values())) / (len(ROLES) - len(probabilities))
    return np.log([[probabilities.get(role, rest) for role in ROLES]])


def name(roles: np.ndarray) -> str:
    return ROLES[int(roles[0])]


def test_roles_are_24_and_all_different() -> None:
    assert len(set(ROLES)) == len(ROLES) == 24
    assert ROLES == CONTENT_ROLES + BESIDE_ROLES + CHROME_ROLES


class TestChoice:
    def test_content_is_kept_by_default(self) -> None:
        assert kept_roles({}) == kept_roles(role_choice()) == CONTENT_ROLES

    def test_roles_are_added_and_taken_away_in_a_fixed_order(self) -> None:
        choice = role_choice(keep=["comments", "byline"], drop={"code", "body"})
        assert kept_roles(choice) == (
            "headline", "standfirst", "subheading", "list", "table", "quote", "caption", "note",
            "byline", "comments",
        )  # fmt: skip
        assert list(choice) == [role for role in ROLES if role in choice]

    def test_later_choice_wins_where_both_name_a_role(self) -> None:
        site = role_choice(["comments", "date"], ["caption"], "plugin:courier")
        user = role_choice(["caption"], ["comments"])
        assert kept_roles({**site, **user}) == (*CONTENT_ROLES, "date")
        assert {**site, **user}["comments"] == (False, "roles")

    def test_string_is_one_role(self) -> None:
        assert role_choice("comments", "body") == role_choice(["comments"], ["body"])

    @pytest.mark.parametrize("given", [{"keep": ["advert"]}, {"drop": ["advert"]}])
    def test_unknown_role_is_refused_with_those_that_exist(
        self, given: dict[str, list[str]]
    ) -> None:
        with pytest.raises(ValueError, match=r"no role 'advert'; there are headline, .*, other$"):
            role_choice(**given)

    def test_role_cannot_be_both_kept_and_dropped(self) -> None:
        with pytest.raises(ValueError, match=r"^date, tags cannot be both kept and dropped"):
            role_choice(keep=["tags", "date", "byline"], drop=["date", "tags"])


class TestAssigned:
    def test_kept_line_has_a_role_of_content_and_a_dropped_one_another(self) -> None:
        scores = line(caption=0.3, related=0.6)
        assert name(assigned(scores, KEPT)) == "caption"
        assert name(assigned(scores, DROPPED)) == "related"
        assert name(assigned(line(date=0.3, body=0.5), DROPPED)) == "date"

    def test_dropped_line_without_grounds_is_other(self) -> None:
        sure = 1 - MIN_GROUNDS
        assert name(assigned(line(body=sure - 0.05, share=MIN_GROUNDS), DROPPED)) == "share"
        assert name(assigned(line(body=sure + 0.05, share=0.04), DROPPED)) == "other"

    def test_page_without_lines_has_no_roles(self) -> None:
        nothing = np.zeros((0, len(ROLES))), np.zeros(0, bool)
        assert assigned(*nothing).shape == (0,)
        assert [each.shape for each in chosen(*nothing, role_choice(drop=["body"]))] == [(0,), (0,)]

    def test_standfirst_that_leads_to_no_text_is_the_text(self) -> None:
        lead, text = line(standfirst=0.6, body=0.3), line(body=0.9)
        scores, kept = np.concatenate([lead, text, lead]), np.array([True, True, True])
        assert [ROLES[i] for i in assigned(scores, kept)] == ["standfirst", "body", "body"]
        assert next(ROLES[i] for i in assigned(scores, kept & [1, 0, 1])) == "body"
        drop = role_choice(drop=["standfirst"])
        assert chosen(scores, kept, drop)[0].tolist() == [False, True, True]
        assert chosen(lead, KEPT, drop)[0].tolist() == [True]


class TestChosen:
    def test_dropped_line_of_a_kept_role_is_kept(self) -> None:
        kept, roles = chosen(line(comments=0.9), DROPPED, role_choice(keep=["comments"]))
        assert (kept.tolist(), name(roles)) == ([True], "comments")

    def test_kept_line_of_a_dropped_role_is_dropped(self) -> None:
        kept, roles = chosen(line(caption=0.9), KEPT, role_choice(drop=["caption"]))
        assert (kept.tolist(), name(roles)) == ([False], "caption")

    def test_kept_line_that_looks_most_like_a_dropped_role_is_dropped(self) -> None:
        scores = line(body=0.3, related=0.6)
        kept, roles = chosen(scores, KEPT, role_choice(drop=["related"]))
        assert (kept.tolist(), name(roles)) == ([False], "related")
        kept, roles = chosen(scores, KEPT, role_choice(drop=["shop"]))
        assert (kept.tolist(), name(roles)) == ([True], "body")

    def test_role_that_is_assigned_goes_before_the_likeliest(self) -> None:
        choice = role_choice(drop=["body", "related"])
        assert name(chosen(line(body=0.3, related=0.6), KEPT, choice)[1]) == "body"

    @given(st.integers(0, 12), st.integers(0, 2**32 - 1), st.sets(st.sampled_from(ROLES)),
           st.sets(st.sampled_from(ROLES)))  # fmt: skip
    def test_kept_lines_are_those_whose_role_is_kept(
        self, n: int, seed: int, keep: set[str], drop: set[str]
    ) -> None:
        rng = np.random.default_rng(seed)
        scores = np.log(rng.dirichlet(np.full(len(ROLES), 0.2), n) + 1e-9)
        before = rng.random(n) < 0.5
        choice = role_choice(keep - drop, drop)
        kept, roles = chosen(scores, before, choice)
        assert kept.tolist() == [ROLES[role] in kept_roles(choice) for role in roles.tolist()]
        assert {ROLES[role] for role in roles[kept & ~before].tolist()} <= keep
        assert {ROLES[role] for role in roles[before & ~kept].tolist()} <= drop
        if not choice:
            assert kept.tolist() == before.tolist()
            assert roles.tolist() == assigned(scores, before).tolist()
