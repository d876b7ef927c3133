"""Tables as LaTeX with booktabs rules."""

import re

from aitrade.core.render.figures import MISSING, is_numeric, words
from aitrade.core.render.latex_layout import Layout, heading_lines, layout, stands_apart, totals_first
from aitrade.core.table import Table

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    MISSING: "--",
}
_PATTERN = re.compile("[" + re.escape("".join(_SPECIAL)) + "]")


def to_latex(table: Table) -> str:
    """A table that fits its page, to be typeset with booktabs and the T1 font encoding; notes stand below.

    Totals come first, names are words, long texts are wrapped, a wide table is turned by a quarter or cut by columns, a
    long one goes over several pages.
    """
    table = totals_first(table)
    chosen = layout(table)
    packages = ["booktabs", "array", *(["longtable"] if chosen.long else [])]
    turns = "pdflscape" if chosen.long else "rotating"
    needs = " ".join(rf"\usepackage{{{name}}}" for name in [*packages, *([turns] if chosen.turned else [])])
    lines = [rf"% needs {needs} and \usepackage[T1]{{fontenc}}"]
    return "\n".join([*lines, *(_long if chosen.long else _float)(table, chosen)]) + "\n"


def _float(table: Table, chosen: Layout) -> list[str]:
    """A table that floats to a place where it fits whole."""
    environment = "sidewaystable" if chosen.turned else "table"
    lines = [rf"\begin{{{environment}}}[htbp]", r"\centering" + chosen.size, rf"\caption{{{escape(table.title)}}}"]
    for number, places in enumerate(chosen.parts):
        lines += [r"\par\medskip"] if number else []
        lines += [rf"\begin{{tabular}}{{{_columns(table, places, chosen.prose)}}}", r"\toprule", _head(table, places)]
        lines += [r"\midrule", *_body(table, places), r"\bottomrule", r"\end{tabular}"]
    return [*lines, *_notes(table), rf"\end{{{environment}}}"]


def _long(table: Table, chosen: Layout) -> list[str]:
    """A table over several pages, its head on each."""
    lines = [r"\begin{landscape}"] if chosen.turned else []
    lines += ["{" + chosen.size, r"\setlength{\LTcapwidth}{\linewidth}"]
    for number, places in enumerate(chosen.parts):
        caption = rf"\caption{{{escape(table.title)}}}\\" if not number else ""
        lines += [rf"\begin{{longtable}}{{{_columns(table, places, chosen.prose)}}}", *([caption] if caption else [])]
        lines += [r"\toprule", _head(table, places), r"\midrule\endhead", r"\bottomrule\endfoot", *_body(table, places)]
        lines += [r"\end{longtable}"]
    return [*lines, *_notes(table), "}", *([r"\end{landscape}"] if chosen.turned else [])]


def _columns(table: Table, places: tuple[int, ...], prose: float) -> str:
    wrapped = rf">{{\raggedright\arraybackslash}}p{{{prose:.0f}pt}}"
    kinds = [table.columns[place].kind for place in places]
    return "".join(wrapped if kind == "prose" else "r" if is_numeric(kind) else "l" for kind in kinds)


def _head(table: Table, places: tuple[int, ...]) -> str:
    cells = []
    for column in (table.columns[place] for place in places):
        lines = heading_lines(column.title)
        side = "r" if is_numeric(column.kind) else "l"
        stacked = r"\\".join(escape(line) for line in lines)
        cells.append(rf"\shortstack[{side}]{{{stacked}}}" if len(lines) > 1 else escape(column.title))
    return " & ".join(cells) + r" \\"


def _body(table: Table, places: tuple[int, ...]) -> list[str]:
    """The rows, groups of them a little apart."""
    lines: list[str] = []
    for number, row in enumerate(table.rows):
        if stands_apart(table, number):
            lines.append(r"\addlinespace")
        cells = [escape(words(row[place], table.columns[place].kind)) for place in places]
        prose = [table.columns[place].kind == "prose" for place in places]
        lines.append(_row([_breakable(cell) if long else cell for cell, long in zip(cells, prose, strict=True)]))
    return lines


def _breakable(text: str) -> str:
    """Escaped text that may go on in the next line after a slash, a comma and the like, also where no blank follows."""
    return re.sub(r"(?<=[A-Za-z0-9)])([/,;:])(?=[A-Za-z0-9(])", r"\1\\allowbreak{}", text)


def _notes(table: Table) -> list[str]:
    if not table.notes:
        return []
    text = " ".join(escape(_sentence(note)) for note in table.notes)
    return [r"\par\smallskip", rf"\noindent\begin{{minipage}}{{\linewidth}}\footnotesize {text}\end{{minipage}}"]


def escape(text: str) -> str:
    """Text with what LaTeX would read as commands made harmless."""
    return _PATTERN.sub(lambda found: _SPECIAL[found.group()], " ".join(text.split()))


def _row(cells: list[str]) -> str:
    # A first cell that starts with [ or * would be read as an argument of the row break before it.
    return " & ".join("{" + cell + "}" if cell.startswith(("[", "*")) else cell for cell in cells) + r" \\"


def _sentence(note: str) -> str:
    return note[0].upper() + note[1:] + ("" if note.endswith(".") else ".")
