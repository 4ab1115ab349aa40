import subprocess
import sys
from pathlib import Path

import pytest

from ktportal.demo import BASE_DIR


@pytest.mark.parametrize(
    ("message", "is_refused"),
    [
        ("x" * 72, False),
        ("ä" * 72, False),
        ("x" * 73, True),
        (f"Short\n\n{'x' * 100}", False),
        (f"\n# {'x' * 100}\nShort", False),
        (f"# written by git\n\n{'x' * 73}\n", True),
        ("", False),
    ],
)
def test_a_subject_that_lists_cut_off_is_refused(tmp_path: Path, message: str, is_refused: bool) -> None:
    file = tmp_path / "message"
    file.write_text(message, encoding="utf-8")

    ended = subprocess.run([sys.executable, BASE_DIR / ".ci" / "subject.py", file], capture_output=True, text=True)

    assert (ended.returncode, "at most 72 fit" in ended.stderr) == ((1, True) if is_refused else (0, False))
