"""What people do to members is logged with the address they did it from, as calls are."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from tests.factories import MembershipFactory
from tests.members.helpers import send, url


def test_each_event_about_a_member_has_the_visitors_address(browser: Client, owner: Membership) -> None:
    kim = MembershipFactory(team=owner.team, role=Role.VIEWER)
    day = timezone.localdate() + timedelta(days=9)
    send(browser, "member", kim, role="editor", sees="all", day=day.isoformat())
    send(browser, "member_sessions", kim)
    send(browser, "member_remove", kim)
    leaving = MembershipFactory(team=owner.team, role=Role.ADMIN)
    browser.force_login(leaving.user)
    browser.post(url("member_leave", owner.team))

    told = AuditEntry.objects.exclude(sentence="people.signed_in").values_list("sentence", "ip")
    happened = {"role_changed", "end_set", "sessions_ended", "member_removed", "member_left"}
    assert {f"people.{name}" for name in happened} <= {sentence for sentence, _ip in told}
    assert {ip for _sentence, ip in told} == {"127.0.0.1"}
