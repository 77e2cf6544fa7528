"""The extras of the package: what they install, and what is said where that is missing."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from boilerplate.batch.record import RecordsError

# What each extra installs, by the name that is imported; the first that is there will do.
EXTRAS: Final = {
    "warc": (("fastwarc",), "WARC files"),
    "parquet": (("pyarrow",), "Parquet files"),
    "zstd": (("compression.zstd", "backports.zstd"), "zstd files"),
    "dask": (("distributed",), "clusters"),
    "label": (("uvicorn",), "labelling in the browser"),
    "languages": (("pycld2",), "the names of 150 languages"),
    "re2": (("re2",), "patterns of rules in linear time"),
    "pandas": (("pandas",), "data frames"),
    "polars": (("polars",), "data frames"),
    "datatrove": (("datatrove",), "datatrove pipelines"),
    "scrapy": (("scrapy",), "Scrapy projects"),
    "train": (("lightgbm",), "training the main model"),
}


class MissingPackageError(RecordsError, ImportError):
    """What was asked for needs a package that is not installed; says what to install."""


def missing_extra(extra: str) -> MissingPackageError:
    """The error that names the extra to install."""
    return MissingPackageError(
        f"packages for {EXTRAS[extra][1]} are missing: pip install 'boilerplate-lines[{extra}]'"
    )


def check_extra(extra: str) -> None:
    """Raise MissingPackageError if what an extra installs is not there."""
    if not any(map(is_there, EXTRAS[extra][0])):
        raise missing_extra(extra)


def is_there(module: str) -> bool:
    """Whether a module can be found; it is not imported."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # its package is missing, or it has no spec
        return False
