"""Company names as matching compares them; the functions stand below the stages, for the store files names by them.

>>> name_similarity("DUPONT ET FILS SARL", "Dupont & Fils")
100.0
"""

from __future__ import annotations

from models.names import fold, name_similarity, normalise_name, skeleton, whole_skeleton

__all__ = ["fold", "name_similarity", "normalise_name", "skeleton", "whole_skeleton"]
