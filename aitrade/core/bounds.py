"""How large what is read may be: bounds on files from somebody else, so that none takes all memory or never ends.

docs/reliability.md lists them for users. Real files stay far below: the largest nomenclature has 20,000 codes in 4 MB.
"""

LARGEST_TEXT = 512 * 2**20
"""Bytes of a text file, a workbook or an archive that is read whole."""

LARGEST_MODEL_JSON = 256 * 2**20
"""Bytes of a JSON file in a model folder; tokenizers have up to 40 MB."""

LONGEST_CELL = 10_000
"""Characters of a text in a code, a label, an exemplar or a review; the longest real description has 700."""

LONGEST_GGUF_LISTS = 4_000_000
"""Values that the settings of a GGUF file may hold; vocabularies and merges of the largest have 1,400,000."""

TEMPLATE_SECONDS = 5
"""Seconds of processor time that the chat template of a model folder may take; real ones take a thousandth."""

TEMPLATE_MEMORY = 2 * 2**30
"""Bytes of memory that trying out a chat template may take, Python and its libraries included."""

LARGEST_UNPACKED = 64 * 2**30
"""Bytes that a compressed file may unpack to; a year of Census bulk files has 6 GB."""

LARGEST_RATIO = 200
"""How many times its size a compressed file may unpack to; real ones reach 40."""

RATIO_FROM = 256 * 2**20
"""Bytes up to which that ratio does not matter."""

WIDEST_TABLE = 2_000
"""Columns of a table; monthly trade of fifty years has 600."""

LONGEST_SHEET = 1_048_576
"""Rows of a sheet, as many as Excel has; one stated to be further down makes empty rows of all before it."""

LARGEST_SHEET = 20_000_000
"""Cells of a workbook, empty ones before the last of a row or a sheet included."""

LARGEST_EDITED = 64 * 2**20
"""Bytes that a workbook unpacks to which a sheet is added to; a gold sample of 1,000 codes has 1 MB."""
