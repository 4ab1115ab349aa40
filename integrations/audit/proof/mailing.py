"""Mails the newest checkpoints every day to whom a team has chosen: kept elsewhere, they tell a past that is rewritten."""


def mail_checkpoints() -> int:
    return 0
