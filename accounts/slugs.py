from collections.abc import Callable, Collection
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.text import slugify

T = TypeVar("T")

_MOST_OF_ONE_NAME = 1_000


def create_with_free_slug(create: Callable[[str], T], name: str, fallback: str, reserved: Collection[str] = ()) -> T:
    """What `create` makes of the first free slug for a name: `agency`, `agency-2`, …

    `fallback` stands in for names without Latin letters. Raises `IntegrityError` when all of them are taken.
    """
    base = slugify(name)[:40].strip("-") or fallback
    for number in range(1, _MOST_OF_ONE_NAME):
        slug = base if number == 1 else f"{base}-{number}"
        if slug in reserved:
            continue
        try:
            with transaction.atomic():
                return create(slug)
        except IntegrityError:
            continue
    raise IntegrityError(f"No slug is free for {base}.")
