from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import deactivate


class Command(BaseCommand):
    help = "Lets a person sign in no more and ends all their sessions; --undo lets them in again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--undo", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_address(options["email"])
        if user is None:
            raise CommandError(f"Nobody signs in with {options['email']!r}.")
        deactivate(user, undo=options["undo"])
        told = "can sign in again" if options["undo"] else "cannot sign in any more, and all sessions have ended"
        self.stdout.write(f"{user.email} {told}.")
