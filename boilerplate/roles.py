"""The role of a line on its page, such as headline, caption or cookie notice, and which are kept.

Content is kept and chrome dropped, unless somebody chooses otherwise. What stands beside the text,
a byline or a date, is neither right nor wrong to keep; it is dropped by default.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the rules of plugins name roles, and do without numpy
    from boilerplate.numeric import Bools, Floats, Ints

CONTENT_ROLES: Final = (
    "headline", "standfirst", "body", "subheading", "list", "table", "quote", "code", "caption",
    "note",
)  # fmt: skip
BESIDE_ROLES: Final = ("byline", "date", "tags")
CHROME_ROLES: Final = (
    "navigation", "legal", "cookie", "newsletter", "share", "comments", "login", "related", "shop",
    "about", "other",
)  # fmt: skip
ROLES: Final = CONTENT_ROLES + BESIDE_ROLES + CHROME_ROLES

_STANDFIRST: Final = ROLES.index("standfirst")
_BODY: Final = ROLES.index("body")
# What a text consists of, which a standfirst leads to.
_IS_TEXT: Final = tuple(role in ("body", "list", "table", "quote", "code") for role in ROLES)

# A dropped line is called "other" if the roles of dropped lines have less than this together: then
# there are no grounds to call it anything.
MIN_GROUNDS: Final = 0.1

# For each role that somebody chose whether its lines are kept, and whose choice that is, as in
# ``Prediction.decided_by``. The choice of one goes over that of another as ``{**one, **another}``.
RoleChoice = Mapping[str, tuple[bool, str]]


def role_choice(
    keep: Collection[str] = (), drop: Collection[str] = (), by: str = "roles"
) -> RoleChoice:
    """The choice to keep some roles and to drop others; a string is one role.

    Raises ValueError for a role that does not exist, and for one that is in both.

    >>> role_choice(keep=["comments"], drop=["caption"])
    {'caption': (False, 'roles'), 'comments': (True, 'roles')}
    """
    keep = (keep,) if isinstance(keep, str) else keep
    drop = (drop,) if isinstance(drop, str) else drop
    for role in (*keep, *drop):
        if role not in ROLES:
            raise ValueError(no_such_role(role))
    if both := [role for role in ROLES if role in keep and role in drop]:
        raise ValueError(f"{', '.join(both)} cannot be both kept and dropped")
    return {role: (role in keep, by) for role in ROLES if role in keep or role in drop}


def no_such_role(role: object) -> str:
    """The message for a role that does not exist."""
    return f"there is no role {role!r:.80}; there are {', '.join(ROLES)}"


def kept_roles(choice: RoleChoice) -> tuple[str, ...]:
    """The roles that are kept under a choice, in the order of ROLES.

    >>> kept_roles(role_choice(drop=CONTENT_ROLES[2:], keep=["date"]))
    ('headline', 'standfirst', 'date')
    """
    if not choice:
        return CONTENT_ROLES
    keep = {role: kept for role, (kept, _) in choice.items()}
    return tuple(role for role in ROLES if keep.get(role, role in CONTENT_ROLES))


def assigned(log_probabilities: Floats, kept: Bools) -> Ints:
    """The role of each line, (n,), as an index into ROLES.

    ``log_probabilities`` (n, 24) are the roles'. A kept line (``kept``, (n,)) gets its likeliest
    content role, a dropped one its likeliest other role, or "other" without MIN_GROUNDS. A
    standfirst leads to a text: without one after it, it is the text itself.
    """
    import numpy as np

    first = len(CONTENT_ROLES)
    content, others = log_probabilities[:, :first], log_probabilities[:, first:]
    of_dropped = first + others.argmax(1)
    of_dropped[np.exp(others).sum(1) < MIN_GROUNDS] = ROLES.index("other")
    roles: Ints = np.where(kept, content.argmax(1), of_dropped)
    texts = np.flatnonzero(np.array(_IS_TEXT)[roles])
    after_text = np.arange(len(roles)) > (texts[-1] if len(texts) else -1)
    roles[after_text & (roles == _STANDFIRST)] = _BODY
    return roles


def chosen(log_probabilities: Floats, kept: Bools, choice: RoleChoice) -> tuple[Bools, Ints]:
    """Which lines are kept under a choice, (n,), and their roles, (n,), as indices into ROLES.

    ``kept`` are the lines that are kept without it. A line has the role that is ``assigned`` to it;
    but a kept line whose likeliest role of all is to be dropped has that one.
    """
    import numpy as np

    keep = np.isin(ROLES, kept_roles(choice))
    drop = ~keep & np.isin(ROLES, list(choice))
    roles, likeliest = assigned(log_probabilities, kept), log_probabilities.argmax(1)
    likeliest = np.where((likeliest == _STANDFIRST) & (roles == _BODY), _BODY, likeliest)
    roles = np.where(kept & keep[roles] & drop[likeliest], likeliest, roles)
    return keep[roles], roles
