"""The paper's tables and figures, and the command that makes each."""

from dataclasses import dataclass, field
from typing import Any

from aitrade.trade.tables.options import Options


@dataclass(frozen=True)
class Exhibit:
    """A table or figure of the paper.

    Attributes:
        name: of its files.
        shows: what it is in the paper.
        table: the table of aitrade that holds its figures.
        options: fields of ``Options`` that are asked for, by their names on the command line too.
    """

    name: str
    shows: str
    table: str
    options: dict[str, Any] = field(default_factory=dict)

    def asked(self, run: str | None = None) -> Options:
        """What is asked of the table."""
        return Options(run=run, **self.options)

    def command(self, suffix: str = ".tex") -> str:
        """The command line that writes it."""
        words = [f"--{name} {','.join(value) if isinstance(value, tuple) else value}" for name, value in self._said()]
        return " ".join(["aitrade table", self.table, *words, f"-o {self.name}{suffix}"])

    def _said(self) -> list[tuple[str, Any]]:
        spelt = {"relevances": "relevance"}
        return [(spelt.get(name, name), value) for name, value in self.options.items()]


def _both(name: str, shows: str, table: str, **options: Any) -> tuple[Exhibit, ...]:
    return tuple(
        Exhibit(f"{name}-{flow}", f"{shows}, {flow}", table, {"flow": flow, **options})
        for flow in ("imports", "exports")
    )


EXHIBITS = (
    *_both("summary", "Value, number of codes and change by relevance and category", "summary"),
    *_both("top", "The products with the most High trade", "top"),
    *_both("index", "Figure: monthly trade since the base year, High beside Low and all", "index"),
    *_both("share", "Share of High in all trade by year", "share"),
    *_both("share-by-month", "Figure: share of High in all trade by month", "share", by="month"),
    *_both("countries", "Sources and destinations of High trade, of the paper's thirty countries", "countries",
           denominator="paper"),
    *_both("country-categories", "Sources and destinations within each category, of the paper's thirty countries",
           "country-categories", denominator="paper"),
    *_both("growth", "Growth year on year by country and relevance", "growth"),
    Exhibit("tariffs", "Effective tariffs by relevance, category and country", "tariffs"),
    Exhibit("tariffs-by-month", "Figure: effective tariffs by month", "tariffs", {"by": "month"}),
    Exhibit("exemptions", "High imports on tariff exemption lists", "exemptions"),
    Exhibit("counterfactual", "Trade balance had High grown like Low since the base year", "counterfactual"),
    Exhibit("counterfactual-by-month", "Figure: the same by month", "counterfactual", {"by": "month"}),
    *_both("summary-high-medium", "Robustness: High and Medium counted together", "summary",
           relevances=("high,medium",)),
)  # fmt: skip
