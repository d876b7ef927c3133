"""Describe the measurements of a speed benchmark in lines of text."""

from aitrade.bench.speed import Speed

NOTES = (
    "exemplars keep their hand labels and are not put to the LLM, as in a run; all other codes were, without a cascade",
    "requested tokens count each label after its prompt as one sequence: what scoring them one by one would compute",
    "FLOP/s are 2 x weights (without embeddings and head) x computed tokens / seconds; attention is not counted",
)


def lines(speed: Speed) -> list[tuple[str, str]]:
    """Describe the measurements as pairs of a name and a text."""
    record = speed.record()
    stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in speed.stage_seconds.items())
    return [
        ("model", f"{speed.model} on {speed.device} in {speed.arithmetic}, {speed.threads} threads"),
        ("engine", speed.engine),
        (
            "codes",
            f"{speed.codes:,} of the {speed.all_codes:,} that are not exemplars, in {speed.batches} complete batches "
            "spread over the nomenclature",
        ),
        (
            "speed",
            f"{record['codes_per_second']:.2f} codes a second; all of them in {_time(record['all_codes_seconds'])}",
        ),
        ("seconds", f"{speed.seconds:.2f}: {stages}; within llm the layers {speed.layers_seconds:.2f}"),
        (
            "tokens",
            f"{speed.tokens_asked:,} requested, {speed.tokens_computed:,} computed "
            f"({speed.tokens_computed / speed.codes:.1f} a code), {record['saved_share']:.1%} saved by sharing; "
            f"{record['tokens_per_second']:,.0f} computed a second",
        ),
        (
            "arithmetic",
            f"{record['layers_flops'] / 1e9:,.1f} GFLOP/s in the layers "
            f"({record['layers_flops_share_of_peak']:.1%} of the {speed.peak / 1e9:,.1f} of a matrix product here), "
            f"{record['flops'] / 1e9:,.1f} over all of the llm's time ({record['flops_share_of_peak']:.1%})",
        ),
        ("loading", f"{speed.load_seconds:.1f} seconds, then {speed.first_seconds:.2f} for a first code"),
        ("memory", _memory(speed)),
    ]


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} seconds"
    return f"{seconds / 60:.1f} minutes"


def _memory(speed: Speed) -> str:
    main = "not told by this system" if speed.memory is None else f"{speed.memory / 1e9:.2f} GB at most"
    return main if speed.gpu_memory is None else f"{main}, tensors on the GPU {speed.gpu_memory / 1e9:.2f} GB at most"
