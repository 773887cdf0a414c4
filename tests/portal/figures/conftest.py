from tests.provisioning.conftest import chain_url, deployment, shared_town, town

__all__ = ["chain_url", "deployment", "shared_town", "town"]
