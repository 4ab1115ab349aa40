"""What the log says of invitations; of members and their clients the rooms of accounts, audit and clients tell."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

INVITED = Sentence("members.invited", _("%(actor)s invited %(person)s to the team as %(role)s"))
INVITED_LIMITED = Sentence(
    "members.invited_limited",
    _("%(actor)s invited %(person)s to the team as %(role)s, limited to %(clients)s"),
)
SENT_AGAIN = Sentence("members.invitation_sent_again", _("%(actor)s sent the invitation of %(person)s again"))
WITHDRAWN = Sentence("members.invitation_withdrawn", _("%(actor)s withdrew the invitation of %(person)s"))
ACCEPTED = Sentence("members.invitation_accepted", _("%(actor)s accepted the invitation of %(inviter)s"))
ACCEPTED_LIMITED = Sentence(
    "members.invitation_accepted_limited",
    _("%(actor)s accepted the invitation of %(inviter)s and sees the clients %(clients)s"),
)
