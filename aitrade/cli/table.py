"""``aitrade table``: the paper's tables from a workspace."""

from enum import StrEnum
from typing import Annotated

import typer

from aitrade.cli.options import BaseYear, FlowOption, Format, Output, Run
from aitrade.cli.progress import busy
from aitrade.cli.state import say_run, state, write
from aitrade.core.errors import UsageError
from aitrade.trade.tables.catalogue import SPECS

TableName = StrEnum("TableName", [(name, name) for name in SPECS])  # type: ignore[misc]  # named by the catalogue


class PeriodOption(StrEnum):
    """What a row of time is."""

    year = "year"
    month = "month"


class DenominatorOption(StrEnum):
    """What shares of countries are shares of."""

    world = "world"
    paper = "paper"


HELP = "\n\n".join(
    (
        "Compute a table of the paper from the workspace's trade and a run's labels.",
        "\b\n" + "\n".join(f"{spec.name:<20}{spec.about}" for spec in SPECS.values()),
        "Figures are for imports unless --flow says exports. Dollars are billions; text, markdown and latex round "
        "them, csv and json keep every digit. Chapters 27, 71, 98 and 99 are dropped.",
        "Example: aitrade table summary --years 2023,2024,2025 --format latex -o summary.tex",
    )
)


def table_command(
    context: typer.Context,
    name: Annotated[TableName, typer.Argument(metavar="NAME", help="Which table: " + ", ".join(SPECS) + ".")],
    flow: Annotated[FlowOption, typer.Option(help="Direction of trade.")] = FlowOption.imports,
    run: Run = None,
    format_name: Format = None,
    output: Output = None,
    years: Annotated[
        str | None,
        typer.Option(
            metavar="2015-2019,2024", help="Years shown, or first and last of them; from the base year on by default."
        ),
    ] = None,
    base_year: BaseYear = None,
    relevance: Annotated[
        str | None,
        typer.Option(metavar="LEVELS", help="Levels that count, such as high,medium; the question's by default."),
    ] = None,
    exclude_chapters: Annotated[
        str | None,
        typer.Option(metavar="27,71", help="HS chapters that are dropped; '' for none; the question's by default."),
    ] = None,
    denominator: Annotated[
        DenominatorOption, typer.Option(help="Shares of countries are of the world, or of the paper's 30 countries.")
    ] = DenominatorOption.world,
    countries: Annotated[
        str | None,
        typer.Option(
            metavar="1220,mexico",
            help="Census codes or names, or paper for its thirty: rows of the tables by country, the only partners of "
            "the others.",
        ),
    ] = None,
    top: Annotated[int | None, typer.Option("-n", "--top", help="How many codes or countries; 0 for all.")] = None,
    by: Annotated[PeriodOption | None, typer.Option(help="Rows of share, tariffs and counterfactual.")] = None,
    interval: Annotated[
        float | None,
        typer.Option(metavar="PERCENT", help="Add intervals from the label probabilities (summary, share, index)."),
    ] = None,
    label_error: Annotated[
        float | None,
        typer.Option(
            metavar="PERCENT",
            help="Labels by hand taken as wrong in intervals; by default as exemplars that read alike are labelled.",
        ),
    ] = None,
    gold: Annotated[
        bool,
        typer.Option(
            "--gold",
            help="Correct figures by the gold sample, with intervals, and beside them what labels and gold alone give "
            "(summary, share, index, countries, growth).",
        ),
    ] = False,
    real: Annotated[
        str | None,
        typer.Option(
            metavar="DEFLATOR",
            help="In dollars of the base year by this deflator (summary, top, index, share, growth, counterfactual).",
        ),
    ] = None,
    chained: Annotated[
        bool,
        typer.Option(
            "--chained",
            help="Real growth by a Fisher quantity index of each two years over the groups of --real (growth).",
        ),
    ] = False,
    sa: Annotated[
        bool,
        typer.Option(
            "--sa",
            help="Seasonally adjust the months (index, share) by X-13ARIMA-SEATS where it is installed, else STL; over "
            "--years or all years, five at least.",
        ),
    ] = False,
    short: Annotated[
        bool, typer.Option("--short", help="Descriptions in small letters, shortened to a line of a page.")
    ] = False,
    lists: Annotated[
        list[str] | None, typer.Option("--list", metavar="NAME", help="Exemption list; give it again for more.")
    ] = None,
) -> None:
    """Compute a table and write it."""
    workspace = state(context).open()
    say_run(workspace, run)
    with busy(f"computing table {name.value}"):
        computed = workspace.table(
            name.value,
            flow=flow.value,
            run=run,
            years=_chosen("--years", years),
            base_year=base_year,
            relevance=relevance,
            exclude_chapters=exclude_chapters,
            denominator=denominator.value,
            countries=_chosen("--countries", countries),
            top=top,
            by=by.value if by else None,
            interval=interval,
            label_error=label_error,
            gold=gold,
            lists=lists,
            real=real,
            chained=chained,
            sa=sa,
        )
    write([(computed.short() if short else computed).table], format_name, output)


def _chosen(option: str, text: str | None) -> str | None:
    """A list; one that is given and empty, as by a variable that is not set, does not mean all."""
    if text is not None and not text.strip(" ,"):
        raise UsageError(f"{option} is empty", fix="leave it out for all")
    return text
