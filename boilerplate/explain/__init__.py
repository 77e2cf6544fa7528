"""Why a line was kept or dropped, in words, terminals and reports."""
