from tests.listbuilding.conftest import url

__all__ = ["url"]
