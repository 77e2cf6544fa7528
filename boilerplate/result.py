"""The result of cleaning: the CleanPage, with all that can be made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from boilerplate.display import first_words, notebook_html, visible
from boilerplate.page import Label, Line, Page, lines_in_h1, texts_of
from boilerplate.predictions import Prediction, Predictions
from boilerplate.roles import CONTENT_ROLES
from boilerplate.serialize import (
    failed_record,
    line_records,
    metadata_record,
    page_record,
    parse_record,
)

if TYPE_CHECKING:  # it brings the parser, which a CleanPage itself does not need
    from boilerplate.metadata.article import ArticleMetadata
    from boilerplate.output.places import Place


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A page with one prediction a line, in page order.

    ``predictions`` may be given as any iterable of Prediction. ``threshold`` is the probability
    from which lines were labelled CONTENT. ``plugin_errors`` are the plugins that failed on this
    page, and why. ``language`` is a BCP 47 tag, None where it is unknown; ``languages`` are those
    that the article may be in, likeliest first, with their probabilities. ``drift`` is how much the
    page lacks of what its site's pages share, 0 nothing, 1 all of it; None without a site model.
    ``kept_roles`` are the roles whose lines are kept, in the order of ``roles.ROLES``. ``error``
    says why there is no page, and so no lines, in what ``clean_many`` gives for such an item; it is
    empty for a page. ``str(page)`` is its text.
    """

    page: Page
    predictions: Predictions
    language: str | None = None
    threshold: float = 0.5
    plugin_errors: tuple[str, ...] = ()
    drift: float | None = None
    kept_roles: tuple[str, ...] = CONTENT_ROLES
    error: str = ""
    languages: tuple[tuple[str, float], ...] = ()
    _metadata: ArticleMetadata | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "predictions", Predictions.of(self.predictions))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<CleanPage {self._description()}>"

    def _description(self) -> str:
        """How many lines were kept, of what page: on one line."""
        if self.error:
            return f"without lines, error: {first_words([self.error], 80)[1:-1]}"
        labels = self.predictions.labels
        kept = labels.count(Label.CONTENT)
        parts = [f"{kept} lines kept", f"{len(labels) - kept} dropped"]
        parts += filter(None, (self.language, self.site and visible(self.site)[:60]))
        text = first_words(line.text for line in self.kept)
        return f"{', '.join(parts)}{f': {text}' if kept else ''}"

    def _repr_html_(self) -> str:
        """The lines, kept and dropped, with their roles, as a notebook shows them."""
        columns = self.predictions
        rows = [
            (line.text, label is Label.CONTENT, role)
            for line, label, role in zip(columns.lines, columns.labels, columns.roles, strict=True)
        ]
        return notebook_html(self._description(), rows)

    @property
    def kept(self) -> tuple[Line, ...]:
        """The lines labelled CONTENT."""
        return self._labelled(Label.CONTENT)

    @property
    def dropped(self) -> tuple[Line, ...]:
        """The lines labelled BOILERPLATE."""
        return self._labelled(Label.BOILERPLATE)

    def _labelled(self, label: Label) -> tuple[Line, ...]:
        lines, labels = self.predictions.lines, self.predictions.labels
        return tuple([line for line, each in zip(lines, labels, strict=True) if each is label])

    @property
    def text(self) -> str:
        """The kept lines joined by newlines."""
        columns, content = self.predictions, Label.CONTENT
        texts = zip(texts_of(columns.lines), columns.labels, strict=True)
        return "\n".join([text for text, label in texts if label is content])

    @property
    def headline(self) -> str | None:
        """The article's headline, None if there is none.

        It is what the head of the page says, or else the only line in an ``<h1>``, or else the
        first kept line whose role is headline.
        """
        if self.page.metadata.headline:
            return self.page.metadata.headline
        if len(in_h1 := lines_in_h1(self.page)) == 1:
            return in_h1[0]
        predictions = self.predictions
        columns = zip(predictions.lines, predictions.labels, predictions.roles, strict=True)
        headlines = (
            line.text for line, label, role in columns
            if label is Label.CONTENT and role == "headline"
        )  # fmt: skip
        return next(headlines, None)

    def to_markdown(
        self, *, links: bool = True, images: bool = False, front_matter: bool = False
    ) -> str:
        """The kept part of the page as GitHub's Markdown; empty if nothing is kept.

        Of HTML it has the headings, lists, tables, code, quotations, emphasis and links of the
        kept lines, of bare text what their roles say. Links are absolute where the page has a URL.
        ``links`` False leaves their text only; ``images`` adds images that stand beside kept text;
        ``front_matter`` puts the metadata before it, as YAML.
        """
        from boilerplate.output.front_matter import front_matter as yaml_of
        from boilerplate.output.render import markdown_of

        text = markdown_of(self._kept_tree(images), links=links)
        return "\n".join(filter(None, (yaml_of(self.metadata), text))) if front_matter else text

    def to_html(self, *, links: bool = True, images: bool = False) -> str:
        """The kept part of the page as HTML that is safe to show, a block on a line.

        It is a fragment of semantic tags, without classes, scripts, styles and event handlers; see
        ``to_markdown`` for what is in it.
        """
        from boilerplate.output.render import html_of

        return html_of(self._kept_tree(images), links=links)

    def _kept_tree(self, images: bool) -> Any:
        from boilerplate.output.kept_tree import kept_tree

        return kept_tree(self.page, self._kept, self.predictions.roles, images=images)

    @property
    def _kept(self) -> list[bool]:
        return [label is Label.CONTENT for label in self.predictions.labels]

    def places(self) -> list[Place | None]:
        """Where each line stands in what the page was read from, see ``output.places.Place``."""
        from boilerplate.output.places import places

        return places(self.page)

    @property
    def metadata(self) -> ArticleMetadata:
        """The article's title, authors, dates and more, each with its source.

        They are worked out when they are first asked for, from the page's markup and the roles of
        its lines, which takes about as long as parsing the page; see "Metadata" in the
        documentation.
        """
        found = self._metadata
        if found is None:
            from boilerplate.metadata.article import article_metadata

            found = article_metadata(self.page, self._kept, self.predictions.roles, self.language)
            object.__setattr__(self, "_metadata", found)
        return found

    def to_dict(
        self,
        source: str | None = None,
        *,
        record: int | None = None,
        reasons: bool = True,
        places: bool = False,
    ) -> dict[str, Any]:
        """The page as a JSON value, see "The JSON of a cleaned page" in the documentation.

        ``source`` is what the page is called, ``record`` its number in a file of many pages.
        ``reasons`` False leaves the lines' reasons null, which saves their time. ``places`` adds
        where each line stands. Markup is not in it.
        """
        if self.error:
            return failed_record(source, self.error, url=self.url, record=record)
        columns = self.predictions
        lines = line_records(
            columns.lines,
            columns.labels,
            columns.probabilities,
            columns.reasons if reasons else None,
            columns.roles,
            columns.languages,
            columns.deciders,
            self.places() if places else None,
        )
        return page_record(
            self.page,
            lines,
            metadata=metadata_record(self.metadata, self.headline),
            source=source,
            record=record,
            text=self.text,
            language=self.language,
            languages=self.languages,
            threshold=self.threshold,
            kept_roles=self.kept_roles,
            plugin_errors=self.plugin_errors,
            drift=self.drift,
        )

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The page from its JSON value, without markup; reasons that are null become empty.

        Raises ValueError, naming the key, for what is no such value, and for a page that failed.
        """
        from boilerplate.metadata.article import ArticleMetadata

        parsed = parse_record(record)
        page = cls(
            parsed.page,
            Predictions.of(Prediction(*line) for line in parsed.lines),
            parsed.language,
            parsed.threshold,
            parsed.plugin_errors,
            parsed.drift,
            parsed.kept_roles,
            languages=parsed.languages,
        )
        object.__setattr__(page, "_metadata", ArticleMetadata(**parsed.metadata))
        return page

    @property
    def url(self) -> str | None:
        """The page's URL: as given, of its response, or as the page claims it; None without one."""
        return self.page.url

    @property
    def site(self) -> str | None:
        """The page's site, from its URL."""
        return self.page.site


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with its true labels, one a line; None where the label is unknown.

    ``roles`` are empty, or one a line too; None where the role is unknown.
    """

    page: Page
    labels: tuple[Label | None, ...]
    roles: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.page.lines):
            raise ValueError(
                f"a label for each line is needed: {len(self.page.lines)} lines, "
                f"{len(self.labels)} labels"
            )
        if self.roles and len(self.roles) != len(self.labels):
            raise ValueError(f"{len(self.labels)} labels have {len(self.roles)} roles")
