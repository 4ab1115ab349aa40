"""What the log says of client accounts and their keys."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

CLIENT_ADDED = Sentence("clients.added", _("%(actor)s added the client %(account)s"))
CLIENT_RENAMED = Sentence("clients.renamed", _("%(actor)s renamed %(before)s to %(account)s"))
CLIENT_RECOLOURED = Sentence("clients.recoloured", _("%(actor)s changed the colour of %(account)s"))
CLIENT_COUNTRY_CHANGED = Sentence(
    "clients.country_changed", _("%(actor)s changed the country of %(account)s from %(before)s to %(country)s")
)
CONNECTIONS_CHECKED = Sentence(
    "clients.connections_checked",
    _("%(actor)s checked the connections of all clients"),
    _("%(actor)s tried to check the connections of all clients"),
    only_reads=True,
)
CLIENT_REMOVED = Sentence("clients.removed", _("%(actor)s removed the client %(account)s from the portal"))
ORIGINS_EXPORTED = Sentence(
    "clients.kept_origins_exported",
    _("%(actor)s exported the proofs of consent of %(account)s, which was removed"),
    _("%(actor)s tried to export the proofs of consent of %(account)s, which was removed"),
)
SUPPRESSIONS_EXPORTED = Sentence(
    "clients.kept_suppressions_exported",
    _("%(actor)s exported the suppression list of %(account)s, which was removed"),
    _("%(actor)s tried to export the suppression list of %(account)s, which was removed"),
)
KEPT_FORGOTTEN = Sentence(
    "clients.kept_forgotten",
    _("%(actor)s removed what was kept of %(account)s, as its period is over"),
)
SERVICE_SILENT = Sentence("clients.service_silent", _("KlickTipp has not answered several times in a row"))
SERVICE_ANSWERS = Sentence("clients.service_answers", _("KlickTipp answers again"))
KEY_TESTED = Sentence(
    "clients.key_tested",
    _("%(actor)s tested the customer key …%(key)s for %(account)s"),
    _("%(actor)s tried the customer key …%(key)s for %(account)s"),
)
KEY_TESTED_FOR_NEW = Sentence(
    "clients.key_tested_for_new",
    _("%(actor)s tested the customer key …%(key)s for a new client"),
    _("%(actor)s tried the customer key …%(key)s for a new client"),
)
KEY_STORED = Sentence("clients.key_stored", _("%(actor)s stored the customer key …%(key)s for %(account)s"))
KEY_REMOVED = Sentence("clients.key_removed", _("%(actor)s removed the customer key …%(key)s of %(account)s"))
OWN_KEY_TESTED = Sentence(
    "clients.own_key_tested",
    _("%(actor)s tested a customer key of their own, …%(key)s, for %(account)s"),
    _("%(actor)s tried a customer key of their own, …%(key)s, for %(account)s"),
)
OWN_KEY_STORED = Sentence(
    "clients.own_key_stored", _("%(actor)s stored a customer key of their own, …%(key)s, for %(account)s")
)
OWN_KEY_REMOVED = Sentence(
    "clients.own_key_removed", _("%(actor)s removed their own customer key …%(key)s for %(account)s")
)
OWN_KEY_LOST = Sentence(
    "clients.own_key_lost",
    _("%(actor)s removed the customer key …%(key)s that %(person)s had stored for %(account)s and may no longer use"),
)
KEY_DENIED = Sentence(
    "clients.key_denied",
    _("%(actor)s could not store the customer key …%(key)s: KlickTipp does not accept it"),
    _("%(actor)s tried to store the customer key …%(key)s: KlickTipp does not accept it"),
    is_refusal=True,
)
KEY_REFUSED = Sentence(
    "clients.key_refused",
    _("%(actor)s could not store the customer key …%(key)s: it opens another KlickTipp account than it should"),
    _("%(actor)s tried to store the customer key …%(key)s: it opens another KlickTipp account than it should"),
    is_refusal=True,
)
KEY_TAKEN = Sentence(
    "clients.key_taken",
    _("%(actor)s could not store the customer key …%(key)s: another client uses its KlickTipp account already"),
    _("%(actor)s tried to store the customer key …%(key)s: another client uses its KlickTipp account already"),
    is_refusal=True,
)
KEY_KEPT = Sentence(
    "clients.key_kept",
    _("%(actor)s did not store the customer key …%(key)s for %(account)s: something else had been stored meanwhile"),
    _("%(actor)s tried to store the customer key …%(key)s for %(account)s: something else had been stored meanwhile"),
    is_refusal=True,
)
KEY_TESTS_STOPPED = Sentence(
    "clients.key_tests_stopped",
    _("%(actor)s was stopped from testing more customer keys or API users: too many tries"),
    _("%(actor)s tried to test more customer keys or API users after too many tries"),
    is_refusal=True,
)
GRANT_REFUSED = Sentence(
    "clients.grant_refused",
    _("%(actor)s came back without a key from KlickTipp's page for granting access"),
)
GRANTS_REFUSED = Sentence(
    "clients.grants_refused",
    _("%(actor)s came back without a key from KlickTipp's page for granting access, as did %(more)s others before"),
)
BY_API_USER = {
    KEY_TESTED.key: Sentence(
        "clients.api_user_tested",
        _("%(actor)s tested the API user %(api_user)s for %(account)s"),
        _("%(actor)s tried the API user %(api_user)s for %(account)s"),
        only_reads=True,
    ),
    KEY_TESTED_FOR_NEW.key: Sentence(
        "clients.api_user_tested_for_new",
        _("%(actor)s tested the API user %(api_user)s for a new client"),
        _("%(actor)s tried the API user %(api_user)s for a new client"),
        only_reads=True,
    ),
    KEY_STORED.key: Sentence(
        "clients.api_user_stored",
        _("%(actor)s stored the API user %(api_user)s with its password for %(account)s"),
    ),
    KEY_REMOVED.key: Sentence(
        "clients.api_user_removed", _("%(actor)s removed the API user %(api_user)s of %(account)s")
    ),
    KEY_DENIED.key: Sentence(
        "clients.api_user_denied",
        _("%(actor)s could not store the API user %(api_user)s: KlickTipp does not accept it"),
        _("%(actor)s tried to store the API user %(api_user)s: KlickTipp does not accept it"),
        is_refusal=True,
    ),
    KEY_REFUSED.key: Sentence(
        "clients.api_user_refused",
        _("%(actor)s could not store the API user %(api_user)s: it opens another KlickTipp account than it should"),
        _("%(actor)s tried to store the API user %(api_user)s: it opens another KlickTipp account than it should"),
        is_refusal=True,
    ),
    KEY_TAKEN.key: Sentence(
        "clients.api_user_taken",
        _("%(actor)s could not store the API user %(api_user)s: another client uses its KlickTipp account already"),
        _("%(actor)s tried to store the API user %(api_user)s: another client uses its KlickTipp account already"),
        is_refusal=True,
    ),
    KEY_KEPT.key: Sentence(
        "clients.api_user_kept",
        _(
            "%(actor)s did not store the API user %(api_user)s for %(account)s: something else had been stored "
            "meanwhile"
        ),
        _(
            "%(actor)s tried to store the API user %(api_user)s for %(account)s: something else had been stored "
            "meanwhile"
        ),
        is_refusal=True,
    ),
    OWN_KEY_TESTED.key: Sentence(
        "clients.own_api_user_tested",
        _("%(actor)s tested an API user of their own, %(api_user)s, for %(account)s"),
        _("%(actor)s tried an API user of their own, %(api_user)s, for %(account)s"),
        only_reads=True,
    ),
    OWN_KEY_STORED.key: Sentence(
        "clients.own_api_user_stored",
        _("%(actor)s stored an API user of their own, %(api_user)s, with its password for %(account)s"),
    ),
    OWN_KEY_REMOVED.key: Sentence(
        "clients.own_api_user_removed", _("%(actor)s removed their own API user %(api_user)s for %(account)s")
    ),
    OWN_KEY_LOST.key: Sentence(
        "clients.own_api_user_lost",
        _(
            "%(actor)s removed the API user %(api_user)s that %(person)s had stored for %(account)s and may no longer "
            "use"
        ),
    ),
}
"""What stands for the sentence about a customer key where it is an API user."""

TAGS_LOADED = Sentence(
    "clients.tags_loaded",
    _("%(actor)s loaded the tags of %(account)s for a form"),
    _("%(actor)s tried to load the tags of %(account)s for a form"),
    only_reads=True,
)
FIELDS_LOADED = Sentence(
    "clients.fields_loaded",
    _("%(actor)s loaded the data fields of %(account)s for a form"),
    _("%(actor)s tried to load the data fields of %(account)s for a form"),
    only_reads=True,
)
OPTIN_PROCESSES_LOADED = Sentence(
    "clients.optin_processes_loaded",
    _("%(actor)s loaded the opt-in processes of %(account)s for a form"),
    _("%(actor)s tried to load the opt-in processes of %(account)s for a form"),
    only_reads=True,
)
LIMITED = Sentence("clients.limited", _("%(actor)s limited %(person)s to %(clients)s"))
LIMIT_REMOVED = Sentence("clients.limit_removed", _("%(actor)s let %(person)s see all clients"))
