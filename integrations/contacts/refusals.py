from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.audit.models import SubjectKind
from integrations.suppression.models import Suppression

SUBJECT_FIELDS: dict[str, str] = {SubjectKind.EMAIL: "email", SubjectKind.SMS: "sms_number"}


def listed(entry: Suppression) -> str:
    since = {"reason": entry.get_reason_display(), "date": date_format(timezone.localtime(entry.added_at))}
    return _("On the suppression list since %(date)s (%(reason)s).") % since


def no_longer_there(missing: list[str]) -> str:
    names = get_text_list([_("“%(tag)s”") % {"tag": name} for name in missing], _("and"))
    return ngettext(
        "The tag %(tags)s is no longer in KlickTipp. Please take it out and send the form again.",
        "The tags %(tags)s are no longer in KlickTipp. Please take them out and send the form again.",
        len(missing),
    ) % {"tags": names}
