import getpass
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from accounts.errors import LastOwner
from accounts.models import Team, User
from accounts.roles import Role
from accounts.services import create_person, create_team, set_role


class Command(BaseCommand):
    help = "Makes a person a member of a team, creating either if need be, or changes the person's role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--team", required=True, help="the team's name or slug")
        parser.add_argument("--role", choices=Role.values, default=Role.OWNER)
        parser.add_argument("--name", default="", help="a new person's name")
        parser.add_argument(
            "--password",
            action="store_true",
            help="ask for a new person's password, or read it from standard input; else it is generated and printed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = _given_password() if options["password"] else secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                user, is_new = _person(options["email"], options["name"], password)
                team = _team(options["team"])
                set_role(team, user, Role(options["role"]), by=None)
        except LastOwner as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{user.email} is {options['role']} of {team} ({team.slug}).")
        if is_new and not options["password"]:
            self.stdout.write(f"Password: {password}")


def _given_password() -> str:
    """Never from the command line, which other users of the machine can read."""
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password


def _person(email: str, name: str, password: str) -> tuple[User, bool]:
    """The person with this address, and whether they are new."""
    if user := User.objects.with_address(email):
        return user, False
    _check(User(email=email, name=name), "email", "name")
    return create_person(email, make_password(password), name), True


def _team(wanted: str) -> Team:
    """The team with this slug or name, else a new one of this name."""
    if team := Team.objects.filter(slug=wanted).first():
        return team
    same_name = Team.objects.filter(name=wanted).order_by("slug")
    if len(same_name) > 1:
        slugs = ", ".join(team.slug for team in same_name)
        raise CommandError(f"Several teams are named {wanted!r}. Give the slug of one: {slugs}.")
    _check(Team(name=wanted), "name")
    return same_name[0] if same_name else create_team(wanted)


def _check(thing: Model, *fields: str) -> None:
    """Raises `CommandError` with what is wrong with these fields."""
    others = {field.name for field in thing._meta.fields} - set(fields)
    try:
        thing.clean_fields(exclude=others)
    except ValidationError as error:
        wrong = (f"{name} {getattr(thing, name)!r}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise CommandError("\n".join(wrong)) from None
