"""What the worker does for this part: it runs lists of the social service. Nothing of it is on the contract."""

from provisioning.portal.deciding import running
from provisioning.portal.tasks.handlers import every

every(1, running.go_on)
