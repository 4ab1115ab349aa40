"""What no linter tells of the templates."""

from pathlib import Path

from django.conf import settings

WIDTH = 160
TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))


def test_lines_are_at_most_160_characters_long() -> None:
    assert TEMPLATES
    too_long = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > WIDTH
    ]
    assert not too_long
