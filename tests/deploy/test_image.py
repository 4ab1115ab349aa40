"""What gets into the image of the containers, and into the repository."""

from pathlib import Path

from django.conf import settings

SECRET = {".env", "deploy/.env", "deploy/ktportal.env", "deploy/certificates"}
"""As `deploy/compose.yaml` has them stand beside it, and what developers have."""


def test_no_secret_of_a_server_does() -> None:
    left_out = set((Path(settings.BASE_DIR) / ".dockerignore").read_text().split())
    assert left_out >= SECRET
    ignored = {line.rstrip("/") for line in (Path(settings.BASE_DIR) / ".gitignore").read_text().split()}
    assert ignored >= SECRET - {"deploy/.env"}, ".env stands for those of all folders"
