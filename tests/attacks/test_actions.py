"""A form's action is chosen by who sends it: under the id of another action nothing is done and nothing is written."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.errors import AlreadyStarted
from integrations.audit.events import record_unsent
from integrations.audit.models import AuditEntry
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.models import ClientAccount
from integrations.clients.sentences import KEY_TESTED
from integrations.messages import Obstacle
from tests.factories import MembershipFactory, actor
from tests.service import Service

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = "one@klick-tipp.team\ntwo@klick-tipp.team"


@pytest.fixture
def tag_id(account: ClientAccount) -> int:
    (made,) = gateway.at_once(account, Action(KEY_TESTED, actor()), [lambda api: api.create_tag("Attacked")])
    return int(str(made.result))


def post(browser: Client, account: ClientAccount, where: str, action: UUID, **typed: Any) -> Any:
    return browser.post(f"/t/{account.team.slug}/clients/{account.slug}/{where}", {"action": str(action), **typed})


def entries(action: UUID) -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(action=action).order_by("number").values_list("sentence", "actor_label"))


@pytest.mark.parametrize("typed", [{}, {"removes": "on"}, {"addresses": "x@klick-tipp.team"}])
def test_no_tagging_hides_behind_another_action(
    browser: Client, account: ClientAccount, service: Service, tag_id: int, typed: dict[str, str]
) -> None:
    action = uuid4()
    post(browser, account, "tags/new/", action, name="Harmless", description="")
    before = entries(action)
    sent = len(service.paths())
    post(browser, account, "tags/tagging/", action, **{"addresses": ADDRESSES, "tags": [tag_id, "attacked"], **typed})
    assert entries(action) == before
    assert len(service.paths()) == sent


def test_nobody_writes_into_the_entries_of_another(
    browser: Client, account: ClientAccount, service: Service, tag_id: int
) -> None:
    action = uuid4()
    post(browser, account, "tags/new/", action, name="Harmless", description="")
    before = entries(action)
    other = Client()
    other.force_login(MembershipFactory(team=account.team, role=Role.EDITOR).user)
    post(other, account, "tags/tagging/", action, addresses=ADDRESSES, tags=[tag_id])
    with pytest.raises(AlreadyStarted):
        record_unsent(Action(KEY_TESTED, actor(), id=action), account.scope, Obstacle.TOO_MANY_WAIT, 1)
    assert entries(action) == before


def test_nothing_hides_behind_a_tagging(
    browser: Client, account: ClientAccount, service: Service, tag_id: int, owner: Membership
) -> None:
    action = uuid4()
    post(browser, account, "tags/tagging/", action, addresses=ADDRESSES, tags=[tag_id])
    before = entries(action)
    assert len(before) == 2
    sent = len(service.paths())
    post(browser, account, "tags/tagging/", action, addresses=ADDRESSES, tags=[tag_id], removes="on")
    post(browser, account, "tags/tagging/", action, addresses="x@klick-tipp.team", tags=[tag_id, "Another"])
    post(browser, account, "tags/new/", action, name="Hidden", description="")
    assert entries(action) == before
    assert len(service.paths()) == sent
