"""What holds for made-up examples wherever the tests run."""

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
"""A loaded machine is no fault of what is tried; all else is as Hypothesis has it here or on a machine of CI."""
