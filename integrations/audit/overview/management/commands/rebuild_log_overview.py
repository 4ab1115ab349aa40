from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from integrations.audit.overview import rollup


class Command(BaseCommand):
    help = "Makes the sums of the log's overview anew from its entries, of teams where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say where they differ; ends with 1 if any does")

    def handle(self, *, check: bool, **_: Any) -> None:
        wrong = list(rollup.out_of_step())
        for team_id, account_id in wrong:
            self.stdout.write(
                f"team {team_id}, {f'client account {account_id}' if account_id else 'no client account'}"
            )
        if check and wrong:
            raise CommandError(f"The sums of {len(wrong)} client accounts differ from the entries.", returncode=1)
        for team_id in sorted({team_id for team_id, _ in wrong}):
            rollup.begin_anew(team_id)
            while rollup.roll_up(team_id):
                pass
        self.stdout.write("The sums are made anew." if wrong else "Every sum is as the entries are.")
