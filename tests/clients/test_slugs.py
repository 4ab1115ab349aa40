import pytest
from django.db import IntegrityError

from accounts.models import Team
from accounts.services import create_team
from accounts.slugs import create_with_free_slug
from tests.factories import TeamFactory


@pytest.mark.django_db
def test_only_a_taken_slug_is_tried_again() -> None:
    tried = []

    def create(slug: str) -> Team:
        tried.append(slug)
        if slug == "bergwind":
            return TeamFactory(slug=slug)
        raise IntegrityError("something else")

    TeamFactory(slug="bergwind")
    with pytest.raises(IntegrityError, match="something else"):
        create_with_free_slug(create, Team.objects.all(), "Bergwind", "team")
    assert tried == ["bergwind", "bergwind-2"]


@pytest.mark.django_db
def test_nobody_uses_up_a_name() -> None:
    Team.objects.bulk_create([Team(name="info", slug=f"info-{number}") for number in range(1, 1001)])
    Team.objects.create(name="info", slug="info")
    names = {create_team("info").slug for _ in range(5)}
    assert len(names) == 5
    assert all(len(name) == len("info-x7k2mq") for name in names)
