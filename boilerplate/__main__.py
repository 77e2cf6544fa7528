"""``python -m boilerplate``."""

from __future__ import annotations

from boilerplate.cli.main import main

if __name__ == "__main__":
    main()
