from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q
from django.utils import timezone

NONE = 0
AT_ONCE = 1000


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is so now began when the rows that say so were made, as far as these tell; all of it is known since now."""
    now = timezone.now()
    Period = apps.get_model("access_review", "AccessPeriod")
    Period.objects.bulk_create((Period(known_since=now, **told) for told in _told(apps, now)), batch_size=AT_ONCE)


def _told(apps: Apps, now: datetime) -> Iterator[dict[str, Any]]:
    for account in apps.get_model("clients", "ClientAccount").objects.all():
        yield {
            "fact": "client",
            "team_id": account.team_id,
            "account_id": account.pk,
            "account_label": account.name,
            "since": account.created_at,
        }
    current = Q(ends_at=None) | Q(ends_at__gt=now)
    members = apps.get_model("accounts", "Membership").objects.filter(current, user__is_active=True)
    for member in members.select_related("user"):
        of_member = _of_member(member)
        yield of_member | {"fact": "member", "kind": member.role, "until": member.ends_at}
        if not member.is_limited:
            yield of_member | {"fact": "sees"}
    limits = apps.get_model("clients", "ClientAccess").objects.filter(membership__in=members.filter(is_limited=True))
    for limit in limits.select_related("membership__user", "account"):
        seen = {"account_id": limit.account_id, "account_label": limit.account.name}
        yield _of_member(limit.membership) | seen | {"fact": "sees"}
    for key in apps.get_model("clients", "Credential").objects.select_related("account", "user"):
        yield {
            "fact": "key",
            "team_id": key.account.team_id,
            "account_id": key.account_id,
            "account_label": key.account.name,
            "user_id": key.user_id or NONE,
            "user_label": _label(key.user) if key.user else "",
            "kind": key.kind,
            "name": key.username or key.last_four,
            "since": key.stored_at,
        }
    factors = apps.get_model("mfa", "Authenticator").objects.filter(type__in=("totp", "webauthn"))
    first: dict[tuple[int, str], datetime] = {}
    for user_id, kind, created_at in factors.order_by("-created_at").values_list("user_id", "type", "created_at"):
        first[user_id, kind] = created_at
    for (user_id, kind), created_at in first.items():
        yield {"fact": "factor", "user_id": user_id, "kind": kind, "since": created_at}


def _of_member(member: Any) -> dict[str, Any]:
    of_member = {"team_id": member.team_id, "user_id": member.user_id}
    return of_member | {"user_label": _label(member.user), "since": member.created_at}


def _label(user: Any) -> str:
    return f"{user.name} <{user.email}>" if user.name and user.name != user.email else user.email


class Migration(migrations.Migration):
    dependencies = [
        ("access_review", "0001_access_period"),
        ("accounts", "0004_secrets_have_a_purpose"),
        ("clients", "0007_secrets_have_a_purpose"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=True)]
