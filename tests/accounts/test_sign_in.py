import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.models import AuditEntry, Outcome
from tests.accounts.helpers import is_signed_in, log_of, sign_in
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_person_signs_in_with_the_email_address(client: Client, owner: Membership) -> None:
    response = sign_in(client, owner.user.email)

    assert response["Location"] == reverse("home")
    assert get_user(client) == owner.user
    assert log_of(owner.team) == [f"{owner.user.name} signed in"]


def test_upper_and_lower_case_of_the_address_do_not_matter(client: Client, owner: Membership) -> None:
    sign_in(client, owner.user.email.upper())

    assert get_user(client) == owner.user


def test_each_team_of_a_person_reads_of_the_sign_in(client: Client) -> None:
    user = UserFactory()
    first, second = MembershipFactory(user=user), MembershipFactory(user=user)

    sign_in(client, user.email)

    assert log_of(first.team) == log_of(second.team) == [f"{user.name} signed in"]
    assert log_of(None) == []


def test_a_team_that_the_person_has_left_does_not_read_of_the_sign_in(client: Client) -> None:
    membership = MembershipFactory(ends_at=timezone.now())

    sign_in(client, membership.user.email)

    assert log_of(membership.team) == []
    assert log_of(None) == [f"{membership.user.name} signed in"]


def test_the_log_keeps_who_signed_in_from_where(client: Client, owner: Membership) -> None:
    client.post(
        reverse("account_login"),
        {"login": owner.user.email, "password": "a-long-test-password"},
        REMOTE_ADDR="198.51.100.7",
    )

    entry = AuditEntry.objects.get()
    label = f"{owner.user.name} <{owner.user.email}>"
    assert (entry.actor_id, entry.actor_label, entry.ip) == (owner.user.pk, label, "198.51.100.7")


def test_a_wrong_password_is_refused_and_logged_for_the_team(client: Client, owner: Membership) -> None:
    response = sign_in(client, owner.user.email, "a-wrong-password")

    assert response.context["form"].errors
    assert not is_signed_in(client)
    assert log_of(owner.team) == [f"Somebody tried to sign in as {owner.user.name}"]
    assert AuditEntry.objects.get().outcome == Outcome.REFUSED


def test_no_password_reaches_the_log(client: Client, owner: Membership) -> None:
    sign_in(client, owner.user.email, "a-wrong-password")

    (entry,) = AuditEntry.objects.values()
    assert "a-wrong-password" not in str(entry)


def test_an_unknown_address_is_logged_for_the_portal_and_masked(client: Client, owner: Membership) -> None:
    sign_in(client, "nobody@example.com")

    assert log_of(owner.team) == []
    assert log_of(None) == ["Somebody tried to sign in as n•••@example.com"]


def test_the_page_does_not_tell_an_unknown_address_from_a_wrong_password(client: Client, owner: Membership) -> None:
    unknown = sign_in(client, "nobody@example.com")
    wrong = sign_in(client, owner.user.email, "a-wrong-password")

    assert unknown.context["form"].errors == wrong.context["form"].errors
    assert unknown.status_code == wrong.status_code


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client: Client, owner: Membership) -> None:
    for _ in range(5):
        sign_in(client, owner.user.email, "a-wrong-password")

    response = sign_in(client, owner.user.email)

    assert "Too many failed login attempts" in response.content.decode()
    assert not is_signed_in(client)
    assert log_of(owner.team) == [
        *[f"Somebody tried to sign in as {owner.user.name}"] * 5,
        f"Somebody tried to sign in as {owner.user.name} once more after too many attempts",
    ]


def test_attempts_beyond_the_limit_are_told_once_and_do_not_fill_the_log(client: Client, owner: Membership) -> None:
    for _ in range(9):
        sign_in(client, owner.user.email, "a-wrong-password")
    sign_in(client, owner.user.email.upper(), "a-wrong-password")

    entries = AuditEntry.objects.filter(team_id=owner.team.pk).order_by("number")
    assert [entry.sentence for entry in entries] == ["people.sign_in_failed"] * 5 + ["people.sign_in_stopped"]
    assert (entries[5].actor_id, entries[5].ip) == (None, "127.0.0.1")
    assert "a-wrong-password" not in str(entries.values())


def test_attempts_beyond_the_limit_with_an_unknown_address_are_told_to_the_portal(client: Client, db: None) -> None:
    for _ in range(6):
        sign_in(client, "nobody@example.com")

    assert log_of(None)[-1] == "Somebody tried to sign in as n•••@example.com once more after too many attempts"


def test_five_wrong_passwords_do_not_lock_out_other_people(client: Client, owner: Membership) -> None:
    for _ in range(5):
        sign_in(client, owner.user.email, "a-wrong-password")
    colleague = MembershipFactory(team=owner.team)

    sign_in(client, colleague.user.email)

    assert get_user(client) == colleague.user


def test_many_sign_ins_from_one_place_end_on_a_page_that_says_so(client: Client, db: None) -> None:
    for number in range(30):
        assert sign_in(client, f"nobody{number}@example.com").status_code == 200

    response = sign_in(client, "nobody@example.com")

    assert response.status_code == 429
    assert "429.html" in [template.name for template in response.templates]


def test_a_deactivated_person_does_not_get_in_and_the_team_reads_of_it(client: Client) -> None:
    membership = MembershipFactory(user__is_active=False)

    response = sign_in(client, membership.user.email)

    assert response["Location"] == reverse("account_inactive")
    assert client.get(response["Location"]).status_code == 200
    assert not is_signed_in(client)
    assert log_of(membership.team) == [f"Somebody tried to sign in as {membership.user.name}"]


def test_deactivating_a_person_ends_the_session(client: Client, owner: Membership) -> None:
    sign_in(client, owner.user.email)
    assert is_signed_in(client)

    owner.user.is_active = False
    owner.user.save()

    assert not is_signed_in(client)


def test_signing_out_is_asked_once_and_logged(client: Client, owner: Membership) -> None:
    sign_in(client, owner.user.email)

    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    client.post(reverse("account_logout"))

    assert not is_signed_in(client)
    assert log_of(owner.team)[-1] == f"{owner.user.name} signed out"


def test_after_signing_in_a_person_is_where_they_wanted_to_go(client: Client, owner: Membership) -> None:
    asked = reverse("log", args=[owner.team.slug])
    page = client.get(client.get(asked)["Location"])
    assert f'value="{asked}"' in page.content.decode()

    response = client.post(
        reverse("account_login"),
        {"login": owner.user.email, "password": "a-long-test-password", "next": asked},
    )

    assert response["Location"] == asked


def test_signing_in_leads_to_no_foreign_site(client: Client, owner: Membership) -> None:
    response = client.post(
        reverse("account_login"),
        {"login": owner.user.email, "password": "a-long-test-password", "next": "https://evil.example/"},
    )

    assert response["Location"] == reverse("home")
