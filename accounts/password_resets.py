"""Links for choosing a new password: sent in the background, so that no answer tells who has an account."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.internal.userkit import filter_users_by_email
from django.utils import translation
from django_tasks import task

from ktportal.encryption import decrypt
from ktportal.mail import QUEUE

PURPOSE = "address for a reset link"


@task(queue_name=QUEUE, priority=-10)
def send_links(sealed_email: str, language: str) -> None:
    """Send a link to whoever signs in with this address, given encrypted. An unknown address gets nothing. All
    other work goes first: who asks for links may be a stranger, and ask for many."""
    email = decrypt(sealed_email, PURPOSE)
    users = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
    if users:
        with translation.override(language):
            request_password_reset(get_adapter().request, email, users, default_token_generator)
