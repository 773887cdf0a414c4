"""Families as deciding has them."""

from tests.portal.deciding.conftest import clerk, programme, rules, sent

__all__ = ["clerk", "programme", "rules", "sent"]
