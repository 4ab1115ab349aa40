"""A log from before there were links gets those that it would have learned."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from integrations.audit import triggers
from integrations.audit.models import SubjectLink
from integrations.clients.models import ClientAccount
from tests.contacts.adding.test_add import send as add
from tests.contacts.changing.helpers import OnPage

NAMES = ("account_id", "contact_id", "kind", "label", "hash", "number")
migration = import_module("integrations.audit.migrations.0004_subject_link")


@pytest.mark.django_db
def test_an_older_log_is_told_what_belongs_together(browser: Client, account: ClientAccount) -> None:
    for address in ("ada@klick-tipp.team", "otto@klick-tipp.team"):
        assert add(browser, account, email=address, sms_number="").status_code == 302
    ada = OnPage(browser, account, "ada@klick-tipp.team")
    assert ada.fill("email/", address="bea@klick-tipp.team").status_code == 200
    assert ada.fill("sms/", address="+4915112345678").status_code == 200
    assert add(browser, account, email="ada@klick-tipp.team").status_code == 302
    assert ada.fill("delete/", typed="bea@klick-tipp.team").status_code == 200
    learned = set(SubjectLink.objects.values_list(*NAMES))
    assert len({contact_id for _account, contact_id, *_ in learned}) == 3

    triggers.lift(connection)
    SubjectLink.objects.all().delete()
    migration.link_what_is_known(apps, None)

    assert set(SubjectLink.objects.values_list(*NAMES)) == learned
    triggers.install(connection)
