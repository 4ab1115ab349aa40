"""Mail of the demo: every message goes to a file under `var/mail` and to the terminal."""

import sys

from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend


class FileAndTerminal(EmailBackend):
    def write_message(self, message: EmailMessage) -> None:
        super().write_message(message)
        sys.stdout.write(f"\n{message.message().as_string()}\n")
        sys.stdout.flush()
