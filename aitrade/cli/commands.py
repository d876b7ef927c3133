"""Every command, one module each. Importing this module registers them."""

# ruff: noqa: F401  (importing is the use)

from aitrade.cli import (
    calibrate,
    classify,
    codes,
    demo,
    doctor,
    exemplars,
    exemptions,
    explain,
    labels,
    models,
    replicate,
    report,
    runs,
    table,
    trade,
)
