import re

from ktportal.demo import BASE_DIR


def test_help_explains_every_command() -> None:
    makefile = (BASE_DIR / "Makefile").read_text(encoding="utf-8")
    commands = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert commands
    assert re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE) == commands[1].split()
