from django.utils.text import Truncator
from django.utils.translation import gettext as _

_LONGEST = 200


def kept_otherwise(field: str, typed: str, kept: str) -> str:
    """That KlickTipp has something else in a data field than what was typed; both in words."""
    return _("%(field)s: you typed “%(typed)s”, KlickTipp now has “%(kept)s”.") % {
        "field": field,
        "typed": Truncator(typed).chars(_LONGEST),
        "kept": Truncator(kept).chars(_LONGEST) or _("(empty)"),
    }
