from tests.provisioning.conftest import deployment, shared_town, town

__all__ = ["deployment", "shared_town", "town"]
