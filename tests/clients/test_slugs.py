import pytest
from django.db import IntegrityError

from accounts.models import Team
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
