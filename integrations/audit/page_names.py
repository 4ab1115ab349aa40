"""What the pages are called in sentences of the log, by the names of their URLs."""

from fnmatch import fnmatchcase

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_NAMES: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("removing a client"), ("client_remove",)),
    (_("name, colour and country of a client"), ("client_settings",)),
    (_("clients that were removed"), ("removed_client*",)),
    (_("one's own key"), ("client_own_*",)),
    (_("keys of a client"), ("client_key*", "client_api_user", "client_test")),
    (_("new client"), ("client_new*", "client_first")),
    (_("checking the connections"), ("clients_check",)),
    (_("overview of a client"), ("client", "contact_counts")),
    (_("list of the clients"), ("team", "home")),
    (_("renaming the team"), ("team_name",)),
    (_("second factor of the team"), ("team_second_factor",)),
    (_("search across all pages"), ("palette", "*_palette")),
    (_("all contacts"), ("contact_browse*",)),
    (_("tags of a contact"), ("contact_add_tags", "contact_find_tags", "contact_remove_tag")),
    (_("adding a contact"), ("contact_add*",)),
    (_("list of the data fields"), ("contact_field*",)),
    (_("changing an address of a contact"), ("contact_change_email", "contact_change_sms_number")),
    (_("changing data fields of a contact"), ("contact_change_fields", "contact_edit_fields_again", "contact_send_*")),
    (_("unsubscribing a contact"), ("contact_unsubscribe",)),
    (_("deleting a contact"), ("contact_delete",)),
    (_("finding a contact"), ("contacts",)),
    (_("page of a contact"), ("contact", "contact_names")),
    (_("deleting a tag"), ("tag_delete",)),
    (_("new tag"), ("tag_new",)),
    (_("counting the contacts with a tag"), ("tag_count",)),
    (_("list of the tags"), ("tags", "tag_picker_*")),
    (_("page of a tag"), ("tag",)),
    (_("tagging contacts"), ("tagging*",)),
    (_("suppression list"), ("suppress*",)),
    (_("list of the segments"), ("segments",)),
    (_("segment"), ("segment", "segment_*")),
    (_("tagging many contacts"), ("job_tagging*",)),
    (_("list of the jobs"), ("jobs",)),
    (_("job"), ("job", "job_*")),
    (_("inviting to the team"), ("member_invite", "invitation_*")),
    (_("leaving the team"), ("member_leave",)),
    (_("sessions of a member"), ("member_sessions",)),
    (_("removing a member"), ("member_remove",)),
    (_("page of a member"), ("member",)),
    (_("list of the members"), ("members",)),
    (_("access review"), ("access_review*",)),
    (_("opt-in processes"), ("tools_process*",)),
    (_("page the contact sees after signing up"), ("tools_redirect",)),
    (_("looking up a data field"), ("tools_field",)),
    (_("signing up with a listbuilding key"), ("tools_sign_up*",)),
    (_("removing a tag with a listbuilding key"), ("tools_remove_tag",)),
    (_("unsubscribing with a listbuilding key"), ("tools_unsubscribe*",)),
    (_("listbuilding keys"), ("tools_key*",)),
    (_("tools"), ("tools",)),
    (_("forwarding of the log"), ("log_stream*",)),
    (_("proof of the log"), ("log_proof*",)),
    (_("overview of the log"), ("log_overview",)),
    (_("export of the log"), ("log_export_*", "log_report", "log_person*")),
    (_("saved searches of the log"), ("log_search*",)),
    (_("how long the log is kept"), ("log_kept", "log_periods")),
    (_("addresses of contacts in the log"), ("log_addresses",)),
    (_("entry of the log"), ("log_entry", "log_fitting", "log_action")),
    (_("log"), ("log", "log_newer")),
    (_("access to a KlickTipp account"), ("grant_*",)),
    (_("one's own profile and sign-in"), ("profile", "sessions", "confirmed", "account_*", "mfa_*", "change_password")),
)


def page_name(url_name: str) -> str:
    """What a page is called, in the reader's language; the name of its URL for one that this version does not know."""
    names = (name for name, patterns in _NAMES if any(fnmatchcase(url_name, pattern) for pattern in patterns))
    return str(next(names, url_name))
