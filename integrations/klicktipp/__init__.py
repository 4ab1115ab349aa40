"""The KlickTipp API as a Python library.

    api = KlickTipp(DeveloperKeyAuth("operator", developer_key, customer_key))
    contact = api.add_or_update_contact("alex@example.com", tag_id=17)

It needs requests and nothing else.
"""

from . import fieldtypes
from .auth import SIGN_IN_PAUSE, DeveloperKeyAuth, MemorySessionStore, SessionAuth, SessionStore, grant_url
from .client import VERSION, KlickTipp
from .errors import (
    AccessDenied,
    ConfigurationError,
    Happened,
    InvalidRequest,
    KlickTippError,
    NotFound,
    OutcomeUnknown,
    Rejected,
    ServiceError,
    Throttled,
    Unreachable,
)
from .fieldtypes import GLOBAL_FIELD_TYPES, FieldType, InvalidValue, ValueProblem, Verbatim
from .models import Account, Contact, ContactPage, Field, OptinProcess, SessionToken, Tag
from .observer import Attempt, Ending, Observer
from .operations import OPERATIONS, AuthKind, Operation
from .problems import Problem
from .refusals import problem_of
from .tagged import TaggedContacts
from .transport import NO_TIME_LEFT, Transport
from .wire import BOUNCE_STATUSES, MOST_CONTACTS_AT_ONCE, STATUSES

__all__ = [
    "BOUNCE_STATUSES",
    "GLOBAL_FIELD_TYPES",
    "MOST_CONTACTS_AT_ONCE",
    "NO_TIME_LEFT",
    "OPERATIONS",
    "SIGN_IN_PAUSE",
    "STATUSES",
    "VERSION",
    "AccessDenied",
    "Account",
    "Attempt",
    "AuthKind",
    "ConfigurationError",
    "Contact",
    "ContactPage",
    "DeveloperKeyAuth",
    "Ending",
    "Field",
    "FieldType",
    "Happened",
    "InvalidRequest",
    "InvalidValue",
    "KlickTipp",
    "KlickTippError",
    "MemorySessionStore",
    "NotFound",
    "Observer",
    "Operation",
    "OptinProcess",
    "OutcomeUnknown",
    "Problem",
    "Rejected",
    "ServiceError",
    "SessionAuth",
    "SessionStore",
    "SessionToken",
    "Tag",
    "TaggedContacts",
    "Throttled",
    "Transport",
    "Unreachable",
    "ValueProblem",
    "Verbatim",
    "fieldtypes",
    "grant_url",
    "problem_of",
]
