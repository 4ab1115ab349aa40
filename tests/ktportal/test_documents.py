"""What the documents name is there."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def test_every_file_that_a_document_names_is_there() -> None:
    missing = []
    for document in DOCUMENTS:
        for name in re.findall(r"`((?:A|tests|accounts|integrations|ktportal|deploy)/[\w./-]+)`", document.read_text()):
            path = name.replace("A/", "tests/attacks/", 1) if name.startswith("A/") else name
            if not (ROOT / path).exists():
                missing.append(f"{document.name}: {name}")
    assert not missing


def test_every_link_of_a_document_leads_somewhere() -> None:
    missing = []
    for document in DOCUMENTS:
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text()):
            if "://" not in link and not link.startswith("mailto:") and not (document.parent / link).exists():
                missing.append(f"{document.name}: {link}")
    assert not missing
