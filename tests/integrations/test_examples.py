"""The converters in ``examples`` run in the packages that they are for."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples"
NEWS = EXAMPLES / "news.html"
ARABIC = EXAMPLES / "arabic.html"
MENU = "<nav><a href=/>Home</a> <a href=/news>News</a></nav>"
URL = "https://courier.example/town/drawer"


def example(name: str) -> ModuleType:
    """A file of ``examples`` as a module, as if it had been copied into a project."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # pipelines find their components there when they are loaded
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["langchain_transformer", "haystack_converter"])
def test_example_fits_on_a_screen(name: str) -> None:
    assert len((EXAMPLES / f"{name}.py").read_text("utf-8").splitlines()) <= 60


class TestLangChain:
    @pytest.fixture
    def module(self) -> ModuleType:
        pytest.importorskip("langchain_core")
        return example("langchain_transformer")

    def documents(self) -> list[Any]:
        from langchain_core.documents import Document

        return [
            Document(NEWS.read_text("utf-8"), metadata={"source": URL, "seen": 1}, id="a"),
            Document(MENU, metadata={"source": "menu.html"}),
            Document("<p>x", metadata={"source": "https://"}),
            Document(ARABIC.read_text("utf-8"), metadata={"source": "arabic.html"}),
        ]

    def test_pages_become_markdown_with_metadata_and_the_rest_is_left_out(
        self, module: ModuleType, caplog: pytest.LogCaptureFixture
    ) -> None:
        news, arabic = module.BoilerplateTransformer().transform_documents(self.documents())
        assert news.page_content.startswith("# Library of lent tools opens its thousandth drawer\n")
        assert "\n## No fines, but a logbook\n" in news.page_content
        assert news.id == "a"
        assert news.metadata == {
            "source": URL, "seen": 1, "authors": "Ivy Marlow", "published": "2021-05-08",
            "title": "Library of lent tools opens its thousandth drawer", "language": "en",
        }  # fmt: skip
        assert arabic.page_content.startswith("# ساعة الميدان")
        assert arabic.metadata["source"] == "arabic.html"
        assert "https:// was left out" in caplog.text
        assert "menu.html" not in caplog.text

    def test_options_and_waiting_for_it_work(self, module: ModuleType) -> None:
        transformer = module.BoilerplateTransformer(links=False, keep=["byline"])
        documents = asyncio.run(transformer.atransform_documents(self.documents()[:1]))
        assert "By Ivy Marlow" in documents[0].page_content
        assert list(transformer.lazy_transform(self.documents()[:1])) == documents


class TestHaystack:
    @pytest.fixture
    def module(self, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
        monkeypatch.setenv("HAYSTACK_DESERIALIZATION_ALLOWLIST", "haystack_converter")
        pytest.importorskip("haystack")
        return example("haystack_converter")

    def test_paths_and_streams_become_markdown_with_metadata(
        self, module: ModuleType, caplog: pytest.LogCaptureFixture
    ) -> None:
        from haystack.dataclasses import ByteStream

        sources = [
            NEWS,
            str(ARABIC),
            ByteStream(NEWS.read_bytes(), meta={"url": URL}),
            ByteStream(MENU.encode()),
            ByteStream(b"%PDF-1.4\n"),
            EXAMPLES / "lost.html",
        ]
        converter = module.BoilerplateToDocument()
        news, arabic, fetched = converter.run(sources, meta={"crawl": 7})["documents"]
        assert news.content.startswith("# Library of lent tools opens its thousandth drawer\n")
        assert news.meta == {
            "file_path": str(NEWS), "crawl": 7, "authors": ["Ivy Marlow"], "language": "en",
            "title": "Library of lent tools opens its thousandth drawer", "published": "2021-05-08",
        }  # fmt: skip
        assert arabic.content.startswith("# ساعة الميدان")
        assert fetched.content == news.content
        assert fetched.meta["url"] == URL
        assert "PDF" in caplog.text
        assert "lost.html was left out" in caplog.text

    def test_pipeline_with_it_can_be_saved_and_run(self, module: ModuleType) -> None:
        from haystack import Pipeline
        from haystack.components.writers import DocumentWriter
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        pipeline = Pipeline()
        converter = module.BoilerplateToDocument(links=False, options={"keep": ["byline"]})
        pipeline.add_component("converter", converter)
        pipeline.add_component("writer", DocumentWriter(InMemoryDocumentStore()))
        pipeline.connect("converter.documents", "writer.documents")
        again = Pipeline.loads(pipeline.dumps())
        assert again.run({"converter": {"sources": [NEWS]}})["writer"] == {"documents_written": 1}
        assert again.get_component("converter").options == {"keep": ["byline"]}
