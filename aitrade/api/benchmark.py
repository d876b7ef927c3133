"""Compare models on codes whose labels are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.api.arguments import flows
from aitrade.api.result import Result
from aitrade.api.review import Reviews
from aitrade.api.telling import log_message, log_stage, log_steps
from aitrade.core.errors import UsageError
from aitrade.core.progress import OnStage, OnStep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aitrade.evaluation.benchmark.contest import Contest
    from aitrade.evaluation.benchmark.foreign import Foreign
    from aitrade.evaluation.benchmark.result import Measured

SEED = 2026


@dataclass(frozen=True)
class Benchmark:
    """Models beside each other.

    Attributes:
        data: a row each, the best first, with every figure, its interval, and what it costs.
        reading: the same for reading.
        folder: where each row is kept as a JSON manifest.
        measured: the same with what each row says, for the page.
    """

    data: Result
    reading: Result
    folder: Path
    measured: "Measured" = field(repr=False)

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the page, the table, what rows may have learnt before, and costly disagreements; returns the files.

        Raises:
            UsageError: the libraries of the extra ``report`` are not installed.
            BadInputError: a file cannot be written.
        """
        from aitrade.report.benchmark_page import write_benchmark

        return write_benchmark(self.measured, Path(folder))


@dataclass(frozen=True)
class BenchmarkPlan:
    """What a benchmark would do.

    Attributes:
        codes: gold codes.
        exemplars: how many of them are exemplars.
        asked: the models that would be asked; the rows of the others are kept.
        seconds: of each of these, as long as one of its size took here before; None where nothing is known.
    """

    codes: int
    exemplars: int
    asked: tuple[str, ...]
    seconds: tuple[float | None, ...] = ()


class Benchmarks(Reviews):
    """What compares models."""

    def bench_models(
        self,
        models: str | Sequence[str],
        *,
        gold: str = "exemplars",
        limit: int | None = None,
        seed: int = SEED,
        runs: Sequence[str] = (),
        embedder: str | None = None,
        device: str = "auto",
        robustness: int = 0,
        gold_made: str = "",
        on_step: OnStage = log_stage,
        on_message: Callable[[str], None] = log_message,
    ) -> Benchmark:
        """Measure models against known labels, beside what stands without a model.

        Every row is kept as a file in the workspace's folder ``bench``; what was asked once is not asked again.

        Args:
            models: ``BASE`` or ``BASE+ADAPTER``, each.
            gold: ``exemplars``, judged out of fold; ``sample``, the workspace's gold sample with its design weights; or
                a run or a file whose labels are known to be right.
            limit: draw whole headings until there are this many codes.
            seed: of the draw.
            runs: runs of labels that are a row too, such as a hosted model's; they label every gold code.
            embedder: what finds the exemplars near a code; the question's by default.
            device: auto, cpu or cuda.
            robustness: ask each model about this many codes again with orders, arithmetic and batches changed; 0: not.
            gold_made: year, or year and month such as 2026-03, in which the gold was labelled, where that is known: a
                model that came out before cannot have read the labels.
            on_step: gives, for a model, what is told (codes asked about, codes); told other stages of the work too.
            on_message: told what the work is doing.

        Raises:
            UsageError: no model is named, or one twice; a part of a gold sample is asked for; or ``gold_made`` is no
                year or month.
            BadInputError: the gold is not there, or a run does not label all of it.
            ModelError: a model is missing or altered.
        """
        from aitrade.evaluation.benchmark.contest_rows import row_of_run, rows_made_elsewhere, run_contest
        from aitrade.evaluation.benchmark.gold import SAMPLE, values_of
        from aitrade.evaluation.benchmark.result import measure
        from aitrade.evaluation.benchmark.robustness import flips_of, robustness_table
        from aitrade.trade.tables.years import full_year
        from aitrade.workspace import open_workspace, read_workspace
        from aitrade.workspace.gold import count_scoring, require_sample
        from aitrade.workspace.scores import ScoreStore

        on_message("reading codes and known labels")
        contest = self._contest(models, gold, limit, seed, embedder, device, gold_made)
        with read_workspace(self.folder) as con:
            foreign = [row_of_run(con, contest, run) for run in runs]
            year = full_year(con, ("imports",))
            values = values_of(con, contest.gold, year)
        elsewhere, notes = rows_made_elsewhere(contest)
        with open_workspace(self.folder, create=False) as con:
            rows = run_contest(contest, on_step, on_message, ScoreStore(con))
        rows += [*foreign, *elsewhere]
        flips = []
        for model in contest.models if robustness else ():
            on_message(f"asking {model} again")
            flips.append(flips_of(contest, model, robustness, seed, on_step(f"{model} again")))
        on_message("comparing")
        if contest.gold.name == SAMPLE:
            with open_workspace(self.folder, create=False) as con:
                times = count_scoring(con, require_sample(con, "imports").name)
            notes.append(f"the gold sample was scored {times} time{'' if times == 1 else 's'}")
        measured = measure(contest, rows, values, year, notes)
        if flips:
            measured = replace(measured, robustness=robustness_table(flips, contest.gold, values, year))
        return Benchmark(Result(measured.data), Result(measured.reading), contest.folder, measured)

    def bench_add(self, path: str | Path, name: str) -> "Foreign":
        """Keep predictions that were made elsewhere, as a row of every benchmark whose codes they cover.

        Args:
            path: a file with hs10, and relevance or a probability for each level; imports unless a column flow says
                otherwise.
            name: of the row.

        Raises:
            UsageError: the name is none.
            BadInputError: the file is wrong.
        """
        from aitrade.evaluation.benchmark.foreign import add_foreign

        return add_foreign(self.folder / "bench", Path(path), name, self.question.labels)

    def plan_models(
        self,
        models: str | Sequence[str],
        *,
        gold: str = "exemplars",
        limit: int | None = None,
        seed: int = SEED,
        embedder: str | None = None,
        device: str = "auto",
    ) -> BenchmarkPlan:
        """Say what :meth:`bench_models` would ask, without asking."""
        from aitrade.evaluation.benchmark.contest_rows import expected_seconds, left_to_ask

        contest = self._contest(models, gold, limit, seed, embedder, device)
        own = sum(code.key in contest.question.exemplars.by_code for code in contest.gold.codes)
        asked = left_to_ask(contest)
        seconds = expected_seconds(contest, asked)
        return BenchmarkPlan(len(contest.gold.codes), own, tuple(asked), tuple(seconds))

    def learning_curve(
        self,
        labels: str,
        *,
        sizes: Sequence[int] = (0, 30, 100, 300, 1000, 3000),
        draws: int = 3,
        models: Sequence[str] = (),
        tune_embedder: bool = False,
        tune_models: Sequence[str] = (),
        embedder: str | None = None,
        flow: str = "imports",
        limit: int | None = None,
        seed: int = SEED,
        device: str = "auto",
        on_step: OnStep = log_steps,
        on_stage: OnStage = log_stage,
    ) -> Result:
        """Measure how well codes are judged from N labels, without an LLM, by base models and by tuned ones.

        The labels' codes are cut in two by subheading; exemplars are drawn from one half, nested, and measured on the
        other.

        Args:
            labels: run whose labels play the labeller.
            sizes: numbers of labels; those above what there is stand for all.
            draws: how often exemplars are drawn.
            models: base models that are asked; none for the baseline alone.
            tune_embedder: tune the embedder on every draw too, and join the models with what it then says.
            tune_models: LLMs that are tuned on every draw too.
            embedder: a base embedder; the base of the question's by default.
            flow: of the labelled codes: imports, exports or all.
            limit: measure this many codes, in whole headings; all by default.
            seed: of the draws.
            device: auto, cpu or cuda.
            on_step: told (steps done, steps): codes asked about, or sizes learnt from where no model is asked.
            on_stage: told when a model is loaded or tuned, or many texts are embedded.

        Raises:
            UsageError: a model or the embedder has an adapter, which has learnt labels already.
            BadInputError: there are no such labels.
            ModelError: a model is missing or altered.
        """
        from functools import partial

        import numpy as np

        from aitrade.core.device import choose_runtime
        from aitrade.evaluation.benchmark.draw_tuner import DrawTuner
        from aitrade.evaluation.benchmark.gold import gold_of_run
        from aitrade.evaluation.benchmark.learning import halves, learnt
        from aitrade.evaluation.benchmark.learning_llms import Contenders
        from aitrade.evaluation.benchmark.learning_table import learning_table
        from aitrade.llm.scorer_loading import load_scorer
        from aitrade.models.adapter_files import base_and_adapter, is_tuned
        from aitrade.models.installed import locate
        from aitrade.retrieval.embedder import load_embedder
        from aitrade.workspace import read_workspace
        from aitrade.workspace.codes import read_codes

        embedder = embedder or base_and_adapter(self.question.settings.embedder)[0]
        if tuned := [name for name in (*models, *tune_models, embedder) if is_tuned(name)]:
            raise UsageError(f"{tuned[0]} has learnt labels already", fix="name base models: aitrade models list")
        if wrong := [name for name in tune_models if locate(name).kind != "llm"]:
            raise UsageError(f"{wrong[0]} is no LLM to tune", fix="name LLMs: aitrade models list")
        with read_workspace(self.folder) as con:
            gold = gold_of_run(con, labels, self.question)
            nomenclature = read_codes(con, ("imports",))
        runtime = choose_runtime(device)
        base = load_embedder(runtime, embedder, self.question, on_stage=on_stage)
        parts = halves(gold, flows(flow), self.question, base, limit, seed)
        scorers = {}
        for name in models:
            scorers[name] = load_scorer(name, runtime, self.question, self.method.prompt_neighbours, on_stage=on_stage)
        tuner = DrawTuner(runtime, self.folder / "learning", on_stage)
        contenders = Contenders(
            scorers,
            partial(tuner.embedders, locate(embedder)) if tune_embedder else None,
            {name: partial(tuner.llm, locate(name)) for name in tune_models},
        )
        numbers = sorted({min(size, len(parts.labelled.codes)) for size in sizes})
        said: dict[tuple[int, str], list[NDArray[np.float64]]] = {}
        of_all = draws * sum(contenders.asked(len(parts.measured.codes), size) for size in numbers)
        done, steps = 0, of_all or draws * len(numbers)

        def asked(count: int) -> None:
            nonlocal done
            done += count
            on_step(done, steps)

        for draw in range(draws):
            order = np.random.default_rng(seed + draw).permutation(len(parts.labelled.codes))
            for size in numbers:
                found = learnt(parts, order[:size], self.question, self.method, nomenclature, contenders, asked)
                for contender, probabilities in found.items():
                    said.setdefault((size, contender), []).append(probabilities)
                if not of_all:
                    asked(1)
        return Result(learning_table(said, parts, self.question.labels))

    def _contest(
        self,
        models: str | Sequence[str],
        gold: str,
        limit: int | None,
        seed: int,
        embedder: str | None,
        device: str,
        gold_made: str = "",
    ) -> "Contest":
        from aitrade.evaluation.benchmark.contest import Contest
        from aitrade.evaluation.benchmark.gold import (
            EXEMPLARS,
            SAMPLE,
            gold_of_exemplars,
            gold_of_file,
            gold_of_run,
            gold_of_sample,
            whole_headings,
        )
        from aitrade.models.listing import list_rows
        from aitrade.models.manifest import PERIOD
        from aitrade.nomenclature.codes import FLOWS, by_heading
        from aitrade.workspace import read_workspace
        from aitrade.workspace.codes import read_codes

        named = (models,) if isinstance(models, str) else tuple(models)
        if not named:
            raise UsageError("no model is named", fix="name one or more: aitrade models list")
        if twice := [model for model in named if named.count(model) > 1]:
            raise UsageError(f"model {twice[0]} is named twice", fix="name each model once")
        if gold == SAMPLE and limit is not None:
            raise UsageError("a part of a gold sample has no design weights", fix="leave --limit out")
        if gold_made and not PERIOD.fullmatch(gold_made):
            raise UsageError(f"{gold_made!r} is no year and no month", fix="write such as 2026 or 2026-03")
        with read_workspace(self.folder) as con:
            everything = read_codes(con, FLOWS)
            if gold == EXEMPLARS:
                known = gold_of_exemplars(self.question)
            elif gold == SAMPLE:
                known = gold_of_sample(con, self.question)
            elif Path(gold).is_file():
                known = gold_of_file(con, Path(gold), self.question)
            else:
                known = gold_of_run(con, gold, self.question)
        return Contest(
            question=self.question,
            method=self.method,
            gold=replace(whole_headings(known, limit, seed), made=gold_made),
            nomenclature=[code for code in everything if code.flow == "imports"],
            headings=by_heading(everything),
            models=named,
            embedder=embedder or self.question.settings.embedder,
            device=device,
            workspace=self.folder,
            folder=self.folder / "bench",
            listed={row["name"]: row for row in list_rows()},
        )
