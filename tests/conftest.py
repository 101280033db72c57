"""For all tests: a busy machine is no failure of a property, and no secret is left anywhere."""

from hypothesis import settings

pytest_plugins = ["support.secrets_watch"]

settings.register_profile("photovideos", deadline=None)
settings.load_profile("photovideos")
