"""Parts of the subheadings that are held out in turn, so that what is measured was not learnt."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aitrade.nomenclature.codes import Code

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def fold_name(fold: int) -> str:
    """What is kept of a fold is called this: a folder, a view, a checkpoint."""
    return f"fold{fold}"


def subheading_folds(codes: Sequence[Code], count: int) -> "NDArray[np.int64]":
    """Fold of each code, shape (n,): codes of one subheading are in one fold, by a hash that never changes."""
    import numpy as np

    return np.array([int(hashlib.sha256(code.hs6.encode()).hexdigest(), 16) % count for code in codes])
