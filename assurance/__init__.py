"""Assurance: what may be let through, with what certainty, and how that is watched. Pure; the doors are named here."""
