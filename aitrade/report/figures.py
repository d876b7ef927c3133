"""The figure that each table becomes, by the table's name."""

from collections.abc import Callable

from aitrade.report.figure import Figure, Tables
from aitrade.report.partner_figures import countries, country_categories, exemptions, growth, tariffs
from aitrade.report.trade_figures import counterfactual, index, share, summary, top

BUILDERS: dict[str, Callable[[Tables], Figure | None]] = {
    "summary": summary,
    "top": top,
    "index": index,
    "share": share,
    "countries": countries,
    "country-categories": country_categories,
    "growth": growth,
    "tariffs": tariffs,
    "exemptions": exemptions,
    "counterfactual": counterfactual,
}
