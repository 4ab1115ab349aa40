"""The catalogue of codes against the table of the reference, typed by hand."""

import pytest

from integrations.klicktipp import OPERATIONS, Problem, problem_of

ADDING = ("add_or_update_contact", "signin")
OTHERS = tuple(name for name in OPERATIONS if name not in ADDING)

TABLE = {
    4: ("email_unsubscribed", "subscription_not_found"),
    5: ("invalid_email", "invalid_email"),
    6: ("confirmation_email_failed", "unknown_code"),
    8: ("invalid_field_value", "invalid_field_value"),
    9: ("sms_number_taken", "contact_not_subscribed"),
    10: ("update_failed", "update_failed"),
    11: ("invalid_phone_number", "unknown_code"),
    12: ("internal_error", "unknown_code"),
    30: ("email_blocked", "email_change_not_allowed"),
    31: ("smarttag_not_assignable", "smarttag_not_removable"),
    32: ("address_required", "address_required"),
    401: ("contact_not_found", "user_not_found"),
    402: ("optin_process_not_found", "optin_process_not_found"),
    403: ("tag_not_found", "tag_not_found"),
    404: ("unknown_code", "user_group_not_found"),
    405: ("unknown_code", "campaign_not_found"),
    406: ("unknown_code", "tier_not_found"),
    501: ("unknown_code", "email_required"),
    502: ("unknown_code", "username_required"),
    503: ("unknown_code", "password_required"),
    504: ("unknown_code", "first_name_required"),
    505: ("unknown_code", "last_name_required"),
    506: ("unknown_code", "username_taken"),
    507: ("email_taken", "email_taken"),
    508: ("unknown_code", "user_update_failed"),
    999: ("unknown_code", "unknown_code"),
}


@pytest.mark.parametrize("code", TABLE)
def test_a_code_means_what_the_table_says(code: int) -> None:
    when_adding, otherwise = TABLE[code]

    assert {problem_of(name, code) for name in ADDING} == {when_adding}
    assert {problem_of(name, code) for name in OTHERS} == {otherwise}


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        ("add_or_update_contact", Problem.EMAIL_NOT_FOUND),
        ("signin", Problem.EMAIL_NOT_FOUND),
        ("tag_contact", Problem.EMAIL_NOT_FOUND),
        ("untag_contact", Problem.EMAIL_NOT_FOUND),
        ("unsubscribe_contact", Problem.EMAIL_NOT_FOUND),
        ("update_contact", Problem.INVALID_FIELD_VALUE),
        ("delete_tag", Problem.UNKNOWN_CODE),
    ],
)
def test_code_7_means_three_things(operation: str, problem: Problem) -> None:
    assert problem_of(operation, 7) is problem


@pytest.mark.parametrize("operation", ["signin", "signout", "signoff", "get_tag"])
def test_code_100_is_a_wrong_key(operation: str) -> None:
    assert problem_of(operation, 100) is Problem.INVALID_API_KEY


@pytest.mark.parametrize(
    ("detail", "problem"),
    [
        (5, Problem.INVALID_EMAIL),
        (6, Problem.CONFIRMATION_EMAIL_FAILED),
        (9, Problem.SMS_NUMBER_TAKEN),
        (10, Problem.SMS_NUMBER_UNSUBSCRIBED),
        (11, Problem.INVALID_PHONE_NUMBER),
        (30, Problem.EMAIL_BLOCKED),
        (99, Problem.UPDATE_FAILED),
        (None, Problem.UPDATE_FAILED),
    ],
)
@pytest.mark.parametrize("operation", ["add_or_update_contact", "update_contact"])
def test_code_10_is_explained_by_its_detail(operation: str, detail: int | None, problem: Problem) -> None:
    assert problem_of(operation, 10, detail) is problem


def test_a_rejection_without_a_code_is_unknown() -> None:
    assert problem_of("get_tag", None) is Problem.UNKNOWN_CODE
