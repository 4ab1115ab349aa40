from allauth.account.models import EmailConfirmationHMAC
from allauth.account.views import ConfirmEmailView


class ConfirmAddress(ConfirmEmailView):
    """allauth's view. Whoever is signed in as somebody else stays so until they confirm: looking changes nothing."""

    def logout_other_user(self, confirmation: EmailConfirmationHMAC) -> None:
        if self.request.method == "POST":
            super().logout_other_user(confirmation)
