from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from integrations.audit import lines


class Command(BaseCommand):
    help = "Makes the lines of the log, which lists and filters read, anew from its entries where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say which differ; ends with 1 if any does")

    def handle(self, *, check: bool, **_: Any) -> None:
        wrong = 0
        for team_id, action in lines.out_of_step():
            if lines.set_right(team_id, action, only_look=check):
                wrong += 1
                self.stdout.write(f"team {team_id}, action {action}")
        if check and wrong:
            raise CommandError(f"{wrong} lines differ from the entries.", returncode=1)
        self.stdout.write(f"{wrong} lines made anew." if wrong else "Every line is as the entries are.")
