"""Every command, one module each. Importing this module registers them."""

from aitrade.cli import calibrate, classify, codes, exemptions, labels, models, replicate, runs, table, trade  # noqa: F401
