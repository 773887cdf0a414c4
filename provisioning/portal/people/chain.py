"""What the worker does for this part: it forgets people whose time is over. Nothing of it is on the contract."""

from provisioning.portal.people import forgetting
from provisioning.portal.tasks.handlers import every

every(3600, forgetting.hourly)
