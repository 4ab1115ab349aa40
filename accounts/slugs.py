from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

T = TypeVar("T")

_MOST_OF_ONE_NAME = 1_000


def create_with_free_slug(
    create: Callable[[str], T], others: QuerySet[Any], name: str, fallback: str, reserved: Collection[str] = ()
) -> T:
    """What `create` makes of the first slug for a name that none of the `others` has: `agency`, `agency-2`, …

    `fallback` stands in for names without Latin letters. Raises `IntegrityError` when all of them are taken, and when
    the database refuses something else than the slug.
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
            if not others.filter(slug=slug).exists():
                raise
    raise IntegrityError(f"No slug is free for {base}.")
