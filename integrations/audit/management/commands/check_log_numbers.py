from typing import Any

from django.core.management import BaseCommand, CommandError

from integrations.audit.retention.gaps import all_missing


class Command(BaseCommand):
    help = "Says which numbers of the log have no entry though no retention record explains it; ends with 1 if any has."

    def handle(self, **_: Any) -> None:
        blocks = 0
        for missing in all_missing():
            blocks += 1
            self.stdout.write(
                f"team {missing.counter.team_id}, client account {missing.counter.account_id or '-'}: "
                f"{missing.count} missing from {missing.first} to {missing.last}"
            )
        if blocks:
            raise CommandError("Entries are missing that no retention record explains.", returncode=1)
        self.stdout.write("Every number has its entry, or a retention record that covers it.")
