from collections.abc import Iterator

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
    "manage_log":      "●    ●     –      –      –",
    "manage_team":     "●    –     –      –      –",
}  # fmt: skip
"""The table of docs/DESIGN.md, "Roles"; a role may what is marked and nothing else."""

ROLES = ("owner", "admin", "editor", "viewer", "auditor")


def test_every_capability_and_every_role_is_in_the_table() -> None:
    assert set(TABLE) == {capability.value for capability in Capability}
    assert set(ROLES) == set(Role.values)


def marks() -> Iterator[tuple[str, str, bool]]:
    """Each role and capability of the table, and whether it has them together."""
    for capability, row in TABLE.items():
        for role, mark in zip(ROLES, row.split(), strict=True):
            yield role, capability, mark == "●"


def test_a_role_may_what_the_table_says() -> None:
    for role, capability, has in marks():
        assert Membership(role=role).may(Capability(capability)) == has, (role, capability)


def test_who_is_limited_may_not_what_reaches_beyond_single_clients() -> None:
    beyond = {"add_clients", "manage_members", "manage_log", "manage_team"}
    for role, capability, has in marks():
        may = Membership(role=role, is_limited=True).may(Capability(capability))

        assert may == (has and capability not in beyond), (role, capability)


def test_nothing_is_granted_outside_the_table() -> None:
    assert set(CAPABILITIES) == set(Role)
