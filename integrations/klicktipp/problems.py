"""What can go wrong, and what KlickTipp's error codes mean: the one catalogue of both.

The service says why it refused with a number in the body of a 406. The same number means different things for
different operations, and its text comes in the account's language, so neither the number alone nor the text
tells anything. Which of the meanings here are those of an operation stands in its row, see `operations`.
Sources: developer guide for adding contacts and signing in, KlickTipp OpenAPI for the others.
"""

from enum import StrEnum
from typing import Final


class Problem(StrEnum):
    """What an error means, apart from any language."""

    # 406, about addresses
    ADDRESS_REQUIRED = "address_required"
    CONFIRMATION_EMAIL_FAILED = "confirmation_email_failed"
    EMAIL_BLOCKED = "email_blocked"
    EMAIL_CHANGE_NOT_ALLOWED = "email_change_not_allowed"
    EMAIL_NOT_FOUND = "email_not_found"
    EMAIL_TAKEN = "email_taken"
    EMAIL_UNSUBSCRIBED = "email_unsubscribed"
    INVALID_EMAIL = "invalid_email"
    INVALID_PHONE_NUMBER = "invalid_phone_number"
    SMS_NUMBER_TAKEN = "sms_number_taken"
    SMS_NUMBER_UNSUBSCRIBED = "sms_number_unsubscribed"

    # 406, about contacts
    CONTACT_NOT_FOUND = "contact_not_found"
    CONTACT_NOT_SUBSCRIBED = "contact_not_subscribed"
    INVALID_FIELD_VALUE = "invalid_field_value"
    SUBSCRIPTION_NOT_FOUND = "subscription_not_found"
    UPDATE_FAILED = "update_failed"

    # 406, about tags, opt-in processes and keys
    INVALID_API_KEY = "invalid_api_key"
    OPTIN_PROCESS_NOT_FOUND = "optin_process_not_found"
    SMARTTAG_NOT_ASSIGNABLE = "smarttag_not_assignable"
    SMARTTAG_NOT_REMOVABLE = "smarttag_not_removable"
    TAG_NOT_FOUND = "tag_not_found"

    # 406, about KlickTipp's own users
    CAMPAIGN_NOT_FOUND = "campaign_not_found"
    EMAIL_REQUIRED = "email_required"
    FIRST_NAME_REQUIRED = "first_name_required"
    LAST_NAME_REQUIRED = "last_name_required"
    PASSWORD_REQUIRED = "password_required"  # noqa: S105 - the name of a problem
    TIER_NOT_FOUND = "tier_not_found"
    USERNAME_REQUIRED = "username_required"
    USERNAME_TAKEN = "username_taken"
    USER_GROUP_NOT_FOUND = "user_group_not_found"
    USER_NOT_FOUND = "user_not_found"
    USER_UPDATE_FAILED = "user_update_failed"

    # 406, the rest
    IN_USE = "in_use"
    INTERNAL_ERROR = "internal_error"
    REFUSED = "refused"
    TAG_NOT_SAVED = "tag_not_saved"
    UNKNOWN_CODE = "unknown_code"

    # everything but 406
    ACCESS_DENIED = "access_denied"
    CONFIGURATION = "configuration"
    MALFORMED = "malformed"
    NAME_TAKEN = "name_taken"
    NOT_FOUND = "not_found"
    OUTCOME_UNKNOWN = "outcome_unknown"
    SERVICE_ERROR = "service_error"
    SIGN_IN_PAUSED = "sign_in_paused"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    USER_DENIED = "user_denied"
    WRONG_LOGIN = "wrong_login"


UPDATE_FAILED: Final = 10

WHY_UPDATE_FAILED: Final = {
    5: Problem.INVALID_EMAIL,
    6: Problem.CONFIRMATION_EMAIL_FAILED,
    9: Problem.SMS_NUMBER_TAKEN,
    10: Problem.SMS_NUMBER_UNSUBSCRIBED,
    11: Problem.INVALID_PHONE_NUMBER,
    30: Problem.EMAIL_BLOCKED,
}

_EVERYWHERE: Final = {
    5: Problem.INVALID_EMAIL,
    8: Problem.INVALID_FIELD_VALUE,
    UPDATE_FAILED: Problem.UPDATE_FAILED,
    15: Problem.IN_USE,
    32: Problem.ADDRESS_REQUIRED,
    402: Problem.OPTIN_PROCESS_NOT_FOUND,
    403: Problem.TAG_NOT_FOUND,
    507: Problem.EMAIL_TAKEN,
}

WHEN_ADDING: Final = _EVERYWHERE | {
    4: Problem.EMAIL_UNSUBSCRIBED,
    6: Problem.CONFIRMATION_EMAIL_FAILED,
    7: Problem.EMAIL_NOT_FOUND,
    9: Problem.SMS_NUMBER_TAKEN,
    11: Problem.INVALID_PHONE_NUMBER,
    12: Problem.INTERNAL_ERROR,
    30: Problem.EMAIL_BLOCKED,
    31: Problem.SMARTTAG_NOT_ASSIGNABLE,
    401: Problem.CONTACT_NOT_FOUND,
}

OTHERWISE: Final = _EVERYWHERE | {
    4: Problem.SUBSCRIPTION_NOT_FOUND,
    9: Problem.CONTACT_NOT_SUBSCRIBED,
    30: Problem.EMAIL_CHANGE_NOT_ALLOWED,
    31: Problem.SMARTTAG_NOT_REMOVABLE,
    100: Problem.INVALID_API_KEY,
    401: Problem.USER_NOT_FOUND,
    404: Problem.USER_GROUP_NOT_FOUND,
    405: Problem.CAMPAIGN_NOT_FOUND,
    406: Problem.TIER_NOT_FOUND,
    501: Problem.EMAIL_REQUIRED,
    502: Problem.USERNAME_REQUIRED,
    503: Problem.PASSWORD_REQUIRED,
    504: Problem.FIRST_NAME_REQUIRED,
    505: Problem.LAST_NAME_REQUIRED,
    506: Problem.USERNAME_TAKEN,
    508: Problem.USER_UPDATE_FAILED,
}

UNKNOWN_ADDRESS: Final = OTHERWISE | {7: Problem.EMAIL_NOT_FOUND}
