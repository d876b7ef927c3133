"""Record layouts of the fixed-width files that the Census Bureau publishes.

Source: the merchandise trade record layouts for IMDB and EXDB (imp_detl, exp_detl, concord, country, naics) and the
column positions of the yearly concordance files imp-code.txt and exp-code.txt. Positions count from 1, as there.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """A fixed-width record: its length without line ending, and (start, length) of the fields that are read."""

    length: int
    fields: dict[str, tuple[int, int]]

    def span(self, field: str) -> slice:
        """Where a field lies in a record, as a Python slice."""
        start, length = self.fields[field]
        return slice(start - 1, start - 1 + length)

    def cut(self, record: str, field: str) -> str:
        """A field's text, stripped."""
        return record[self.span(field)].strip()


# Monthly fields only: those that end in _yr hold the year to date and are never read.
IMP_DETL = Layout(
    688,
    {
        "commodity": (1, 10),
        "cty_code": (11, 4),
        "year": (23, 4),
        "month": (27, 2),
        "con_qy1_mo": (44, 15),
        "con_qy2_mo": (59, 15),
        "con_val_mo": (74, 15),
        "cal_dut_mo": (104, 15),
    },
)
EXP_DETL = Layout(
    323,
    {
        "commodity": (2, 10),
        "cty_code": (12, 4),
        "year": (18, 4),
        "month": (22, 2),
        "qty_1_mo": (39, 15),
        "qty_2_mo": (54, 15),
        "all_val_mo": (69, 15),
    },
)
CONCORD = Layout(
    235,
    {"commodity": (1, 10), "description": (11, 150), "unit_qy1": (211, 3), "unit_qy2": (214, 3), "naics": (227, 6)},
)
IMP_EXP_CODE = Layout(278, {"commodity": (1, 10), "description": (70, 150), "naics": (266, 6)})
COUNTRY = Layout(61, {"cty_code": (1, 4), "cty_desc": (5, 7), "cty_name": (12, 50)})
NAICS = Layout(56, {"naics": (1, 6), "description": (7, 50)})
