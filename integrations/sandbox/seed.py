"""The demo data every account starts with. All people and firms are invented."""

import secrets

from integrations.sandbox.addresses import UNSUBSCRIBED_NUMBER
from integrations.sandbox.model import (
    PENDING,
    SUBSCRIBED,
    UNSUBSCRIBED,
    Account,
    Contact,
    DataField,
    OptInProcess,
    Profile,
    Tag,
)

ID_RANGE = 10_000_000
_FIRST_UID = 58100
_START = 1758790800
_DAY = 86400

_FIRMS = (
    ("Harbour Lane Coffee", "harbourlane", "en", "Nora", "Whitcombe", "Bristol"),
    ("Bergwind Touren", "bergwind", "de", "Jonas", "Ahrendt", "Garmisch"),
    ("Northfield Yoga", "northfield", "en", "Priya", "Lindqvist", "Leeds"),
    ("Kernholz Möbel", "kernholz", "de", "Mira", "Tessmann", "Detmold"),
    ("Saltmarsh Books", "saltmarsh", "en", "Owen", "Farraday", "Norwich"),
)

SPECIAL_CONTACTS = (
    ("pending@klick-tipp.team", "has not confirmed"),
    ("unsubscribed@klick-tipp.team", "is unsubscribed"),
    ("softbounce@klick-tipp.team", "had a soft bounce; hardbounce@ and spambounce@ exist as well"),
    ("+4915113000001", "has an SMS number only (+4915113001001 in the second account)"),
    ("sms-unsubscribed@klick-tipp.team", "is subscribed by email, unsubscribed by SMS"),
)
GLOBAL_FIELDS = (
    ("FirstName", "First name", "Vorname", "Line"),
    ("LastName", "Last name", "Nachname", "Line"),
    ("CompanyName", "Company", "Firma", "Line"),
    ("Street1", "Street 1", "Straße 1", "Line"),
    ("Street2", "Street 2", "Straße 2", "Line"),
    ("City", "City", "Stadt", "Line"),
    ("State", "State", "Bundesland", "Line"),
    ("Zip", "Zip", "Postleitzahl", "Line"),
    ("Country", "Country", "Land", "Line"),
    ("PrivatePhone", "Phone (private)", "Telefon (privat)", "Phone"),
    ("MobilePhone", "Phone (mobile)", "Telefon (mobil)", "Phone"),
    ("Phone", "Phone", "Telefon", "Phone"),
    ("Fax", "Fax", "Fax", "Phone"),
    ("Website", "Website (URL)", "Website (URL)", "URL"),
    ("Birthday", "Birthday (date)", "Geburtstag (Datum)", "Date"),
    ("LeadValue", "Lead value (number)", "Leadvalue (Zahl)", "Number"),
)

_CUSTOM_FIELDS = (
    ("Customer number", "Kundennummer", "Line", "C-{n:04}"),
    ("Notes", "Notizen", "Paragraph", "Met at the fair.\nWants the catalogue."),
    ("Billing email", "Rechnungs-E-Mail", "Email", "billing{n}@example.com"),
    ("Employees", "Mitarbeiter", "Number", "{n}"),
    ("Order total", "Bestellwert", "Decimal number", "{n}9.90"),
    ("Profile page", "Profilseite", "URL", "https://example.com/people/{n}"),
    ("Best time to call", "Beste Anrufzeit", "Time", "52200"),
    ("Customer since", "Kunde seit", "Date", "1715126400"),
    ("Next appointment", "Nächster Termin", "Date & time", "1715603400"),
    ("Signature", "Signatur", "HTML", "<strong>{n}</strong>"),
)

_MANUAL_TAGS = (
    ("Newsletter", "Newsletter", "Starts the welcome series.", "Startet die Willkommensserie."),
    (
        "Sign-up form",
        "Anmeldeformular",
        "Set by the listbuilding key.",
        "Wird vom Listbuilding-Schlüssel gesetzt.",
    ),
    ("Customer", "Kunde", "", ""),
    ("webinar_june2025", "webinar_june2025", "", ""),
    ("integration_portal", "integration_portal", "", ""),
    ("VIP", "VIP", "", ""),
)

_SMART_TAGS = (
    ("Contact added via API", "Kontakt über API hinzugefügt"),
    ("Email opened: Welcome", "E-Mail geöffnet: Willkommen"),
    ("Email clicked: Welcome", "E-Mail geklickt: Willkommen"),
)

_NEWSLETTERS = 9
_NEWSLETTER_EVERY = 28 * _DAY

_FIRST_NAMES = (
    "Ada",
    "Bruno",
    "Clara",
    "Dario",
    "Elif",
    "Frieda",
    "Gustav",
    "Hanna",
    "Ivo",
    "Jule",
    "Kofi",
    "Lotte",
)
_LAST_NAMES = (
    "Albers",
    "Brandt",
    "Castell",
    "Dorn",
    "Ekdal",
    "Falk",
    "Granert",
    "Hollweg",
    "Ines",
    "Jansson",
)


def new_profile(index: int) -> Profile:
    """Who the account with this number (from 0) is, with new secrets."""
    name, slug, language, firstname, lastname, city = _FIRMS[index % len(_FIRMS)]
    number = index // len(_FIRMS)
    if number:
        name, slug = f"{name} {number + 1}", f"{slug}{number + 1}"
    return Profile(
        uid=_FIRST_UID + index,
        index=index,
        name=name,
        language=language,
        main_username=slug,
        username=f"{slug}-portal",
        password=secrets.token_urlsafe(12),
        customer_key=secrets.token_hex(20),
        listbuilding_key=secrets.token_hex(10),
        tier=20,
        usergroup="42",
        email=f"{slug}@klick-tipp.team",
        firstname=firstname,
        lastname=lastname,
        city=city,
        website=f"https://{slug}.example.com",
    )


def new_account(profile: Profile) -> Account:
    """The account as it is at the start: the same ids and contents every time for the same profile."""
    account = Account(profile=profile, next_id=(profile.index + 1) * ID_RANGE + 1)
    german = profile.language == "de"
    custom = _add_fields(account, german)
    _add_processes(account, german)
    _add_tags(account, german)
    account.campaign_id = account.new_id()
    _add_people(account, custom)
    _add_special_cases(account)
    _add_history(account)
    for contact in account.contacts.values():
        contact.changed = contact.newest_event()
    return account


def _add_fields(account: Account, german: bool) -> list[tuple[str, str]]:
    for name, english, label_de, kind in GLOBAL_FIELDS:
        key = f"field{name}"
        account.fields[key] = DataField(key, label_de if german else english, kind)
    custom = []
    for english, label_de, kind, sample in _CUSTOM_FIELDS:
        key = f"field{account.new_id()}"
        account.fields[key] = DataField(key, label_de if german else english, kind)
        custom.append((key, sample))
    return custom


def _add_processes(account: Account, german: bool) -> None:
    site = account.profile.website
    processes = [
        OptInProcess(account.new_id(), ""),
        OptInProcess(
            account.new_id(),
            "Newsletter-Anmeldung" if german else "Newsletter sign-up",
            pendingurl=f"{site}/please-confirm",
            thankyouurl=f"{site}/thank-you",
            usechangeemail=True,
        ),
        OptInProcess(
            account.new_id(),
            "Bestandskunden (Single-Opt-in)" if german else "Existing customers (single opt-in)",
            usesingleoptin=True,
            pendingurl=f"{site}/welcome-back",
            thankyouurl=f"{site}/welcome-back",
        ),
        OptInProcess(
            account.new_id(),
            "Webinar",
            pendingurl=f"{site}/webinar/please-confirm",
            thankyouurl=f"{site}/webinar/seat-reserved",
            resendconfirmationemail=True,
        ),
    ]
    account.processes = {process.id: process for process in processes}
    account.predefined_listid = processes[0].id
    account.listbuilding_listid = processes[1].id


def _add_tags(account: Account, german: bool) -> None:
    for english, name_de, note, note_de in _MANUAL_TAGS:
        tag = Tag(account.new_id(), name_de if german else english, note_de if german else note)
        account.tags[tag.id] = tag
    manual = list(account.tags)
    account.campaign_tag_id, account.listbuilding_tag_id = manual[0], manual[1]
    for english, name_de in _SMART_TAGS:
        tag = Tag(account.new_id(), name_de if german else english, smart=True)
        account.tags[tag.id] = tag
    account.added_tag_id = list(account.tags)[len(manual)]


def _add_people(account: Account, custom: list[tuple[str, str]]) -> None:
    tags = [tag.id for tag in account.tags.values() if not tag.smart]
    smart = [tag.id for tag in account.tags.values() if tag.smart]
    lists = list(account.processes)
    for n in range(1, 25):
        first = _FIRST_NAMES[(n * 5 + account.profile.index * 3) % len(_FIRST_NAMES)]
        last = _LAST_NAMES[(n * 3 + account.profile.index * 7) % len(_LAST_NAMES)]
        when = _START - n * 3 * _DAY + n * 977
        domain = "example.org" if n % 4 == 0 else "klick-tipp.team"
        contact = Contact(
            id=account.new_id(),
            listid=lists[n % len(lists)],
            date=when,
            email=f"{first}.{last}{n}@{domain}".lower(),
            status=SUBSCRIBED,
            bounce="nobounce",
            optin=when + 600,
            fields={"fieldFirstName": first, "fieldLastName": last, "fieldCity": account.profile.city},
            manual_tags={tags[0]: when + 700},
        )
        if n % 2 == 0:
            contact.manual_tags[tags[2 + n % 4]] = when + _DAY
            contact.fields["fieldBirthday"] = str((n - 12) * 331 * _DAY)
        if n % 3 == 0:
            contact.sms_phone = f"004915112{account.profile.index:02}{n:04}"
            contact.sms_status, contact.sms_bounce, contact.sms_date = SUBSCRIBED, "nobounce", when
            contact.fields |= {key: sample.format(n=n) for key, sample in custom}
        contact.emails_sent = {account.campaign_id: when + 800}
        contact.campaigns_started = {account.campaign_id: when + 700}
        if n % 2:
            contact.emails_opened = {account.campaign_id: when + 4000}
            contact.smart_tags[smart[1]] = when + 4000
        account.put_contact(contact)


def _add_special_cases(account: Account) -> None:
    """Contacts in every other state, at the same addresses in every account (see SPECIAL_CONTACTS)."""
    index = account.profile.index

    def add(local: str, when: int, **values: object) -> None:
        contact = Contact(account.new_id(), account.predefined_listid, when)
        if local:
            contact.email = f"{local}@klick-tipp.team"
            contact.status, contact.bounce, contact.optin = SUBSCRIBED, "nobounce", when + 600
        for name, value in values.items():
            setattr(contact, name, value)
        account.put_contact(contact)

    add("pending", _START, status=PENDING, optin=0)
    add("unsubscribed", _START - 90 * _DAY, status=UNSUBSCRIBED, unsubscription=_START - 5 * _DAY)
    add("softbounce", _START - 30 * _DAY, bounce="softbounce")
    add("hardbounce", _START - 31 * _DAY, bounce="hardbounce")
    add("spambounce", _START - 32 * _DAY, bounce="spambounce")
    add(
        "",
        _START - 33 * _DAY,
        sms_phone=f"0049151130{index:02}001",
        sms_status=SUBSCRIBED,
        sms_bounce="nobounce",
        sms_date=_START - 33 * _DAY,
        fields={"fieldFirstName": "Sami"},
    )
    add(
        "sms-unsubscribed",
        _START - 34 * _DAY,
        sms_phone=UNSUBSCRIBED_NUMBER,
        sms_status=UNSUBSCRIBED,
        sms_bounce="nobounce",
        sms_date=_START - 34 * _DAY,
        sms_unsubscription=_START - 2 * _DAY,
    )


def _add_history(account: Account) -> None:
    """Newsletters, notification emails and campaigns since the sign-up of everybody who gets them."""
    newsletters = [(account.new_id(), _START + (k - 2) * _NEWSLETTER_EVERY) for k in range(_NEWSLETTERS)]
    notification, webinar = account.new_id(), account.new_id()
    clicked_tag = [tag.id for tag in account.tags.values() if tag.smart][2]
    for n, contact in enumerate(account.contacts.values()):
        if contact.status != SUBSCRIBED or contact.bounce != "nobounce":
            continue
        for k, (newsletter, sent) in enumerate(newsletters):
            if sent > contact.date:
                _send(contact, newsletter, sent, opens=(n + k) % 3 > 0, clicks=(n + 2 * k) % 5 == 0)
        if n % 3 == 0:
            sent = contact.date + 2 * _DAY
            contact.notification_emails_sent[notification] = sent
            contact.notification_emails_opened[notification] = sent + 5400
            contact.notification_emails_clicked[notification] = sent + 5520
        if account.campaign_id in contact.campaigns_started and n % 2:
            contact.campaigns_finished[account.campaign_id] = contact.date + 21 * _DAY
        if account.campaign_id in contact.emails_opened and n % 3 == 0:
            contact.emails_clicked[account.campaign_id] = contact.emails_opened[account.campaign_id] + 90
            contact.smart_tags[clicked_tag] = contact.emails_clicked[account.campaign_id]
        if n % 5 == 0:
            contact.campaigns_started[webinar] = _START + 100 * _DAY + n * 3600


def _send(contact: Contact, email: int, sent: int, *, opens: bool, clicks: bool) -> None:
    contact.emails_sent[email] = sent
    if opens or clicks:
        contact.emails_opened[email] = sent + (contact.id * 7919) % (3 * _DAY)
    if clicks:
        contact.emails_clicked[email] = contact.emails_opened[email] + 45
