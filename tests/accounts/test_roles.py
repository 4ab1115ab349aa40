import pytest

from accounts.models import Membership
from accounts.roles import CAPABILITIES, Capability, Role

TABLE = {
    # capability      owner admin editor viewer auditor
    "belong":          "●    ●     ●      ●      ●",
    "see_clients":     "●    ●     ●      ●      –",
    "change_contacts": "●    ●     ●      –      –",
    "delete_contacts": "●    ●     –      –      –",
    "store_own_key":   "●    ●     ●      –      –",
    "manage_clients":  "●    ●     –      –      –",
    "add_clients":     "●    ●     –      –      –",
    "manage_members":  "●    ●     –      –      –",
    "see_log":         "●    ●     ●      ●      ●",
    "see_whole_log":   "●    ●     –      –      ●",
    "manage_team":     "●    –     –      –      –",
}  # fmt: skip
"""The table of docs/DESIGN.md, "Roles"; a role may what is marked and nothing else."""

ROLES = ("owner", "admin", "editor", "viewer", "auditor")


def test_every_capability_and_every_role_is_in_the_table() -> None:
    assert set(TABLE) == {capability.value for capability in Capability}
    assert set(ROLES) == set(Role.values)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("capability", TABLE)
def test_a_role_may_what_the_table_says(role: str, capability: str) -> None:
    mark = TABLE[capability].split()[ROLES.index(role)]

    assert Membership(role=role).may(Capability(capability)) == (mark == "●")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("capability", TABLE)
def test_who_is_limited_may_not_what_reaches_beyond_single_clients(role: str, capability: str) -> None:
    beyond = {"add_clients", "manage_members", "manage_team"}
    mark = TABLE[capability].split()[ROLES.index(role)]

    may = Membership(role=role, is_limited=True).may(Capability(capability))

    assert may == (mark == "●" and capability not in beyond)


def test_nothing_is_granted_outside_the_table() -> None:
    assert set(CAPABILITIES) == set(Role)
