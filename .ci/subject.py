"""Refuses a commit whose subject would be cut off in lists: `python .ci/subject.py FILE_WITH_THE_MESSAGE`."""

import sys
from pathlib import Path

LONGEST = 72

lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
subject = next((line for line in lines if line.strip() and not line.startswith("#")), "")
if len(subject) > LONGEST:
    fits, over = subject[:LONGEST], subject[LONGEST:]
    sys.exit(f"The subject has {len(subject)} characters, at most {LONGEST} fit:\n{fits} | {over}")
