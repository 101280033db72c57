"""For all tests: a busy machine is no failure of a property."""

from hypothesis import settings

settings.register_profile("photovideos", deadline=None)
settings.load_profile("photovideos")
