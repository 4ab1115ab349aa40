from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.crypto import get_random_string
from django.utils.text import slugify

T = TypeVar("T")

_NUMBERED = 9
_MOST_TRIES = 20
_SUFFIX_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def create_with_free_slug(
    create: Callable[[str], T], others: QuerySet[Any], name: str, fallback: str, reserved: Collection[str] = ()
) -> T:
    """What `create` makes of the first slug for a name that none of the `others` has: `agency`, `agency-2`, …, and
    after a few `agency-x7k2mq`, so that nobody uses up a name.

    `fallback` stands in for names without Latin letters. Raises `IntegrityError` when the database refuses something
    else than the slug.
    """
    base = slugify(name)[:40].strip("-") or fallback
    for number in range(1, _MOST_TRIES):
        suffix = str(number) if number <= _NUMBERED else get_random_string(6, _SUFFIX_LETTERS)
        slug = base if number == 1 else f"{base}-{suffix}"
        if slug in reserved:
            continue
        try:
            with transaction.atomic():
                return create(slug)
        except IntegrityError:
            if not others.filter(slug=slug).exists():
                raise
    raise IntegrityError(f"No slug is free for {base}.")
