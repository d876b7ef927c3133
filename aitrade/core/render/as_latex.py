"""Tables as LaTeX with booktabs rules."""

import re

from aitrade.core.render.figures import MISSING, figure, is_numeric
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
    """A floating table, to be typeset with booktabs and the T1 font encoding; notes stand below."""
    titles = [column.title for column in table.columns]
    lines = [
        r"% needs \usepackage{booktabs} and \usepackage[T1]{fontenc}",
        r"\begin{table}[htbp]",
        r"\centering",
        rf"\caption{{{escape(table.title)}}}",
        rf"\begin{{tabular}}{{{''.join('r' if is_numeric(column.kind) else 'l' for column in table.columns)}}}",
        r"\toprule",
        _row(titles),
        r"\midrule",
        *(
            _row([figure(value, column.kind) for value, column in zip(row, table.columns, strict=True)])
            for row in table.rows
        ),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    if table.notes:
        lines += [r"\par\smallskip\footnotesize", " ".join(f"{escape(_sentence(note))}" for note in table.notes)]
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def escape(text: str) -> str:
    """Text with what LaTeX would read as commands made harmless."""
    return _PATTERN.sub(lambda found: _SPECIAL[found.group()], " ".join(text.split()))


def _row(cells: list[str]) -> str:
    # A first cell that starts with [ or * would be read as an argument of the row break before it.
    cells = [escape(cell) for cell in cells]
    return " & ".join("{" + cell + "}" if cell.startswith(("[", "*")) else cell for cell in cells) + r" \\"


def _sentence(note: str) -> str:
    return note[0].upper() + note[1:] + ("" if note.endswith(".") else ".")
