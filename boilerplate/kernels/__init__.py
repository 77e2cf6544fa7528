"""The hot paths, in C or in Python: arrays in, arrays out.

Call a kernel through this module, ``kernels.text_features(...)``. Its twins, one in C and one in
Python, give the same bits; which of them is called is decided once. The contract of each stands
with its Python twin, in one of the ``plain_*`` modules. Nothing outside of this folder depends on
the compiled part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from boilerplate.kernels.select import twin

if TYPE_CHECKING:
    from boilerplate.kernels import plain as _twin
else:
    _twin = twin()

# The lines of an HTML page.
split_html = _twin.split_html
tag_counts = _twin.tag_counts
# Characters and n-grams of lines.
plain_texts = _twin.plain_texts
page_text = _twin.page_text
char_counts = _twin.char_counts
line_shapes = _twin.line_shapes
text_features = _twin.text_features
# The linear model.
ngram_scores = _twin.ngram_scores
neighbour_scores = _twin.neighbour_scores
token_scores = _twin.token_scores
bag_buckets = _twin.bag_buckets
bag_scores = _twin.bag_scores
# The elements around lines.
type_tokens = _twin.type_tokens
line_markups = _twin.line_markups
line_groups = _twin.line_groups
markup_features = _twin.markup_features
# The languages of lines.
language_odds = _twin.language_odds
language_shares = _twin.language_shares
likeliest_languages = _twin.likeliest_languages
language_features = _twin.language_features
# The context, and the trees that read all of it.
neighbour_features = _twin.neighbour_features
container_features = _twin.container_features
leaf_sums = _twin.leaf_sums
group_sums = _twin.group_sums
# The roles of lines.
role_text_sums = _twin.role_text_sums
role_token_sums = _twin.role_token_sums
role_context = _twin.role_context
# Site models.
line_fingerprints = _twin.line_fingerprints
site_features = _twin.site_features
# Results, and other values of columns.
strongest_groups = _twin.strongest_groups
values = _twin.values
char_weights = _twin.char_weights

KERNELS = tuple(
    name
    for name, value in list(globals().items())
    if callable(value) and getattr(_twin, name, None) is value
)
