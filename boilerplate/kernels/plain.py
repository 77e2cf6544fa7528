"""The kernels in Python: the reference, written to be read."""

from __future__ import annotations

from boilerplate.kernels.plain_context import container_features as container_features
from boilerplate.kernels.plain_context import neighbour_features as neighbour_features
from boilerplate.kernels.plain_fingerprints import line_fingerprints as line_fingerprints
from boilerplate.kernels.plain_html import split_html as split_html
from boilerplate.kernels.plain_language import language_odds as language_odds
from boilerplate.kernels.plain_language_features import language_features as language_features
from boilerplate.kernels.plain_language_shares import language_shares as language_shares
from boilerplate.kernels.plain_language_shares import likeliest_languages as likeliest_languages
from boilerplate.kernels.plain_linear import bag_buckets as bag_buckets
from boilerplate.kernels.plain_linear import bag_scores as bag_scores
from boilerplate.kernels.plain_linear import neighbour_scores as neighbour_scores
from boilerplate.kernels.plain_linear import ngram_scores as ngram_scores
from boilerplate.kernels.plain_linear import token_scores as token_scores
from boilerplate.kernels.plain_results import strongest_groups as strongest_groups
from boilerplate.kernels.plain_results import values as values
from boilerplate.kernels.plain_roles import role_context as role_context
from boilerplate.kernels.plain_roles import role_text_sums as role_text_sums
from boilerplate.kernels.plain_roles import role_token_sums as role_token_sums
from boilerplate.kernels.plain_site_features import site_features as site_features
from boilerplate.kernels.plain_tag_counts import tag_counts as tag_counts
from boilerplate.kernels.plain_text import char_counts as char_counts
from boilerplate.kernels.plain_text import line_shapes as line_shapes
from boilerplate.kernels.plain_text import page_text as page_text
from boilerplate.kernels.plain_text import plain_texts as plain_texts
from boilerplate.kernels.plain_text import text_features as text_features
from boilerplate.kernels.plain_tree import line_groups as line_groups
from boilerplate.kernels.plain_tree import line_markups as line_markups
from boilerplate.kernels.plain_tree import markup_features as markup_features
from boilerplate.kernels.plain_tree import type_tokens as type_tokens
from boilerplate.kernels.plain_trees import group_sums as group_sums
from boilerplate.kernels.plain_trees import leaf_sums as leaf_sums
from boilerplate.kernels.plain_words import char_weights as char_weights
