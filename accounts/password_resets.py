"""Links for choosing a new password: sent in the background, so that no answer tells who has an account."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.internal.userkit import filter_users_by_email
from django.utils import translation
from django_tasks import task

from ktportal.encryption import decrypt

PURPOSE = "address for a reset link"


@task()
def send_links(sealed_email: str, language: str) -> None:
    """Send a link to whoever signs in with this address, given encrypted. An unknown address gets nothing."""
    email = decrypt(sealed_email, PURPOSE)
    users = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
    if users:
        with translation.override(language):
            request_password_reset(get_adapter().request, email, users, default_token_generator)
