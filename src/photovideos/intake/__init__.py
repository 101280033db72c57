"""What lies in an inbox, and whether it rests: scan, settling, hints, the inbox's owner.

Nothing here writes into a person's folder, decides about jobs, or decodes media.
"""
