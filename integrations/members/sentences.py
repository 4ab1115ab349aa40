"""What the log says of invitations; of members and their clients the rooms of accounts, audit and clients tell."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

INVITED = {
    (False, False): Sentence("members.invited", _("%(actor)s invited %(person)s to the team as %(role)s")),
    (True, False): Sentence(
        "members.invited_limited",
        _("%(actor)s invited %(person)s to the team as %(role)s, limited to %(clients)s"),
    ),
    (False, True): Sentence(
        "members.invited_until", _("%(actor)s invited %(person)s to the team as %(role)s until %(day)s")
    ),
    (True, True): Sentence(
        "members.invited_limited_until",
        _("%(actor)s invited %(person)s to the team as %(role)s until %(day)s, limited to %(clients)s"),
    ),
}
"""By whether the invitation is limited to some clients, and whether it has a last day."""

SENT_AGAIN = Sentence("members.invitation_sent_again", _("%(actor)s sent the invitation of %(person)s again"))
WITHDRAWN = Sentence("members.invitation_withdrawn", _("%(actor)s withdrew the invitation of %(person)s"))
JOINED = {
    (False, False): Sentence("members.joined", _("%(actor)s joined the team as %(role)s, invited by %(inviter)s")),
    (True, False): Sentence(
        "members.joined_limited",
        _("%(actor)s joined the team as %(role)s, invited by %(inviter)s and limited to %(clients)s"),
    ),
    (False, True): Sentence(
        "members.joined_until", _("%(actor)s joined the team as %(role)s until %(day)s, invited by %(inviter)s")
    ),
    (True, True): Sentence(
        "members.joined_limited_until",
        _("%(actor)s joined the team as %(role)s until %(day)s, invited by %(inviter)s and limited to %(clients)s"),
    ),
}
"""As above."""

ACCEPTED = (
    Sentence("members.invitation_accepted", _("%(actor)s accepted the invitation of %(inviter)s")),
    Sentence(
        "members.invitation_accepted_limited",
        _("%(actor)s accepted the invitation of %(inviter)s and sees the clients %(clients)s"),
    ),
)
"""Written until joining became one line, so a log may have them."""
