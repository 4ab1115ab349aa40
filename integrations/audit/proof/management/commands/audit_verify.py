from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from integrations.audit.proof import checking, verification
from integrations.audit.proof.formats import NotAProof


class Command(BaseCommand):
    help = "Compares the log with its checkpoints, tile by tile and entry by entry; ends with 1 and says what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", type=int, help="the ID of a team; 0: what belongs to none")
        parser.add_argument("--account", type=int, help="the ID of a client account")
        parser.add_argument(
            "--checkpoint",
            type=Path,
            help="a file with a checkpoint that was kept elsewhere, or a proof: only this is checked",
        )

    def handle(self, *, team: int | None, account: int | None, checkpoint: Path | None, **_: Any) -> None:
        wrong = self._kept(checkpoint) if checkpoint else self._logs(team, account)
        if wrong:
            raise CommandError(f"{wrong} things are wrong.", returncode=1)
        self.stdout.write("Everything is as it was signed.")

    def _logs(self, team: int | None, account: int | None) -> int:
        logs = verification.all_logs(team, account)
        teams = sorted({log.team_id for log in logs}) if account is None else []
        general = chain(verification.problems_of_guard(), *map(verification.problems_of_numbers, teams))
        wrong = sum(map(self._tell, general))
        for log in logs:
            newest = log.newest()
            found = sum(self._tell(f"{log.origin}: {problem}") for problem in verification.problems_of(log))
            size = newest.size if newest else 0
            self.stdout.write(f"{log.origin}: {size} entries covered, {found or 'nothing'} wrong")
            wrong += found
        return wrong

    def _kept(self, file: Path) -> int:
        try:
            verdict = checking.check(checking.Brought.of(file.read_text(encoding="utf-8")))
        except OSError as problem:
            raise CommandError(f"The file cannot be read: {problem}") from None
        except (NotAProof, UnicodeDecodeError):
            raise CommandError("This is neither a checkpoint nor a proof of this portal's log.") from None
        for finding in verdict.findings:
            self.stdout.write(f"{'good' if finding.is_good else 'WRONG'}: {finding.words}")
        return sum(not finding.is_good for finding in verdict.findings)

    def _tell(self, problem: str) -> bool:
        self.stderr.write(problem)
        return True
