"""Write the published classification of a question, data/questions/NAME/published, from a finished run over all codes.

    aitrade classify --flow all --arithmetic float32
    python scripts/publish_classification.py RUN --workspace DIR

It takes float32, since in it every machine gives the same probabilities. Beside the classification, as `aitrade runs
export` writes it, go a manifest with everything that made it, and a seeded sample of codes as the classifier read
them, by which a test checks that the machine at hand gives the published probabilities.
"""

import argparse
import csv
import json
import random
import sys
from pathlib import Path

from aitrade.classification.shipped_labels import CLASSIFICATION, MANIFEST, SAMPLE
from aitrade.core.files import sha256_of
from aitrade.workspace import read_workspace
from aitrade.workspace.predictions import export_csv
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import get_run

QUESTIONS = Path(__file__).resolve().parents[1] / "data" / "questions"
SEED = 20261122
SAMPLED = {"llm": 40, "cascade": 20}  # those that the LLM was asked about say most
COLUMNS = ("flow", "hs10", "description", "naics", "naics_description")
COUNTS = "SELECT flow, relevance, count(*) FROM predictions WHERE run = ? GROUP BY ALL ORDER BY flow DESC, relevance"
SOURCES = "SELECT source, count(*) FROM predictions WHERE run = ? GROUP BY ALL ORDER BY source"
JUDGED = (
    "SELECT c.flow, c.hs10, c.description, c.naics, c.naics_description FROM codes c JOIN predictions p "
    "USING (flow, hs10) WHERE p.run = ? AND p.source = ? ORDER BY c.flow DESC, c.hs10"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--workspace", type=Path, default=Path("workspace"))
    parser.add_argument("--output", type=Path, help="folder; that of the run's question by default")
    options = parser.parse_args()
    with read_workspace(options.workspace) as con:
        run = get_run(con, options.run)
        if not run.finished or run.settings.get("arithmetic") != "float32":
            sys.exit(f"publish: {run.run} is not a finished run in float32")
        output = options.output or QUESTIONS / question_of_run(con, run.run).name / "published"
        output.mkdir(exist_ok=True)
        export_csv(con, run.run, output / CLASSIFICATION)
        judged = {source: con.execute(JUDGED, [run.run, source]).fetchall() for source in SAMPLED}
        counts = con.execute(COUNTS, [run.run]).fetchall()
        sources = dict(con.execute(SOURCES, [run.run]).fetchall())
    draw = random.Random(SEED)
    drawn = [row for source, count in SAMPLED.items() for row in draw.sample(judged[source], count)]
    sample = sorted(drawn, key=lambda row: (row[0] == "exports", row[1]))
    with (output / SAMPLE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *sample])
    manifest = {
        "fingerprint": run.fingerprint,
        "date": f"{run.finished_at:%Y-%m-%d}",
        "settings": run.settings,
        "codes": run.codes,
        "relevance": {flow: {level: n for f, level, n in counts if f == flow} for flow in ("imports", "exports")},
        "sources": sources,
        "files": {name: sha256_of(output / name) for name in (CLASSIFICATION, SAMPLE)},
    }
    (output / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    print(f"wrote {output}: {run.codes:,} codes, run {run.run}")


if __name__ == "__main__":
    main()
