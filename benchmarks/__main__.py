"""Runs all benchmarks, or the one that is named: `python -m benchmarks [NAME]`.

Every module of this folder that is a program is one. Each compares within the same run, prints what it measured and
its limit, and ends with status 1 if the limit is not kept; so does this.
"""

import subprocess
import sys
from pathlib import Path


def names() -> list[str]:
    """The benchmarks of this folder."""
    modules = sorted(Path(__file__).parent.glob("[!_]*.py"))
    return [module.stem for module in modules if '__name__ == "__main__"' in module.read_text()]


def main(wanted: list[str]) -> int:
    if unknown := set(wanted) - set(names()):
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(names())}.")
        return 2
    fallen_short = []
    for name in wanted or names():
        print(f"--- {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            fallen_short.append(name)
    print(f"--- {'falling short: ' + ', '.join(fallen_short) if fallen_short else 'all limits are kept'}")
    return 1 if fallen_short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
