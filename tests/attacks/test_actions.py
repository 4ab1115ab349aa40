"""A form's action is chosen by who sends it: under the id of another action nothing is done and nothing is written."""

from importlib import import_module
from typing import Any
from uuid import UUID, uuid1, uuid4, uuid5

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Form, UUIDField
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.errors import AlreadyStarted
from integrations.audit.events import record_unsent
from integrations.audit.forms import ActionField
from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.recorder import Action
from integrations.audit.settling import record_finding
from integrations.clients.calls import gateway
from integrations.clients.models import ClientAccount
from integrations.clients.sentences import KEY_TESTED
from integrations.contacts.sentences import ADD_SETTLED
from integrations.messages import Obstacle
from tests.audit.test_log_page import write
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


def test_no_finding_about_the_action_of_another_is_forged(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    unsure = write(account.scope, outcome=Outcome.UNKNOWN)
    forged = uuid5(unsure.action, "finding 1")
    sent = len(service.paths())
    page = post(browser, account, "tags/new/", forged, name="All is well", description="")
    assert (page.status_code, entries(forged), len(service.paths())) == (422, [], sent)

    write(account.scope, Action(KEY_TESTED, actor(), {"settles": str(uuid4())}, id=forged))
    url = f"/t/{account.team.slug}/log/{unsure.number}/"
    assert browser.get(url).context["findings"] == []
    record_finding(ADD_SETTLED, actor(), account.scope, unsure.action, (), contact="a•••", finding="there")
    (finding,) = browser.get(url).context["findings"]
    assert finding.head.parameters["settles"] == str(unsure.action)


def test_every_form_that_names_an_action_takes_a_random_one_alone() -> None:
    import_module(settings.ROOT_URLCONF)
    named = [field for form in _forms(Form) for field in form.base_fields.values() if isinstance(field, UUIDField)]
    assert len(named) >= 10
    assert {type(field) for field in named} == {ActionField}
    for odd in (uuid1(), uuid5(uuid4(), "finding 1"), UUID(int=0)):
        with pytest.raises(ValidationError):
            ActionField().clean(str(odd))


def _forms(base: Any) -> set[Any]:
    return {base, *(form for child in base.__subclasses__() for form in _forms(child))}
