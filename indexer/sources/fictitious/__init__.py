"""A fictitious registry extract for training, demonstration and load: any size, always the same for the same seed.

Decides nothing here; `registry` does the work. Everything in it is invented and carries reserved identifiers: plate
codes begin with E, I, O or Z, numbers with TRN, telephone numbers are 555-01xx, postal codes begin with 000.
"""

from .registry import GenerationReport, Progress, generate

__all__ = ["GenerationReport", "Progress", "generate"]
