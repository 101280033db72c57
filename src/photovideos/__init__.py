"""The daemon: it watches inbox folders and takes each drop along the road to a film.

It knows a video backend through HTTP alone; what decodes media runs in processes of its own (`photovideos.media`).
"""

__version__ = "0.1.0"
