from django.utils.translation import gettext as _

from accounts.texts import shortened

_LONGEST = 200


def kept_otherwise(field: str, typed: str, kept: str) -> str:
    """That KlickTipp has something else in a data field than what was typed; both in words."""
    return _("%(field)s: you typed “%(typed)s”, KlickTipp now has “%(kept)s”.") % {
        "field": field,
        "typed": shortened(typed, _LONGEST),
        "kept": shortened(kept, _LONGEST) or _("(empty)"),
    }
