"""Every command, one module each. Importing this module registers them."""

# ruff: noqa: F401  (importing is the use)

from aitrade.cli import (
    bench,
    calibrate,
    classify,
    codes,
    compare,
    demo,
    doctor,
    exemplars,
    exemptions,
    explain,
    labels,
    models,
    replicate,
    report,
    review,
    runs,
    table,
    trade,
    tune,
)
