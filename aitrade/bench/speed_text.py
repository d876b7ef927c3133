"""The figures of a speed benchmark for people."""

from aitrade.bench.speed import Speed

NOTES = (
    "exemplars have their labels by hand and are not asked about, as in a run; every other code was, without a cascade",
    "asked counts each label after its prompt as a sequence of its own, which is what scoring one by one would compute",
    "FLOP/s are 2 x weights without embeddings and head x computed tokens over the time; attention is left out",
)


def lines(speed: Speed) -> list[tuple[str, str]]:
    """What was measured, as pairs of a name and its figures."""
    it = speed.record()
    stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in speed.stage_seconds.items())
    return [
        ("model", f"{speed.model} on {speed.device} in {speed.arithmetic}, {speed.threads} threads"),
        (
            "codes",
            f"{speed.codes:,} of the {speed.all_codes:,} that are no exemplars, in {speed.batches} whole batches "
            "spread over the nomenclature",
        ),
        ("speed", f"{it['codes_per_second']:.2f} codes a second; all of them in {_time(it['all_codes_seconds'])}"),
        ("seconds", f"{speed.seconds:.2f}: {stages}; of the llm's its layers {speed.layers_seconds:.2f}"),
        (
            "tokens",
            f"{speed.tokens_asked:,} asked, {speed.tokens_computed:,} computed "
            f"({speed.tokens_computed / speed.codes:.1f} a code), {it['saved_share']:.1%} saved by sharing; "
            f"{it['tokens_per_second']:,.0f} computed a second",
        ),
        (
            "arithmetic",
            f"{it['layers_flops'] / 1e9:,.1f} GFLOP/s in the layers ({it['layers_flops_share_of_peak']:.1%} of the "
            f"{speed.peak / 1e9:,.1f} of a matrix product here), {it['flops'] / 1e9:,.1f} over all of the llm's time "
            f"({it['flops_share_of_peak']:.1%})",
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
