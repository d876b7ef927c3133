"""Checkpoints of tuning: what was learnt after each whole epoch, so that a stopped run goes on from there."""

import json
from pathlib import Path
from typing import Any

from aitrade.core.files import atomic_write


def keep(folder: Path, parameters: dict[str, Any], optimizer: Any, schedule: Any, epochs: int) -> None:
    """Write parameters and the optimizer's steps and moments after a number of epochs; the last step makes it count."""
    from safetensors.torch import save_file

    tensors = {name: p.detach() for name, p in parameters.items()}
    for name, p in parameters.items():
        # A head that no batch has used yet has no state; one that some batches use has taken fewer steps.
        tensors |= {f"{part}:{name}": value for part, value in optimizer.state.get(p, {}).items()}
    with atomic_write(folder / f"epoch{epochs}.safetensors") as partial:
        save_file(tensors, partial)
    with atomic_write(folder / "state.json") as partial:
        partial.write_text(json.dumps({"epochs": epochs, "steps": schedule.last_epoch}), "utf-8")
    (folder / f"epoch{epochs - 1}.safetensors").unlink(missing_ok=True)


def restore(folder: Path, parameters: dict[str, Any], optimizer: Any, schedule: Any) -> int:
    """Read what :func:`keep` wrote into fresh parameters and return how many epochs they have seen; 0 for none."""
    import torch
    from safetensors.torch import load_file

    if not (folder / "state.json").is_file():
        return 0
    state = json.loads((folder / "state.json").read_text("utf-8"))
    tensors = load_file(folder / f"epoch{state['epochs']}.safetensors")
    with torch.no_grad():
        for name, p in parameters.items():
            p.copy_(tensors[name])
            if f"step:{name}" in tensors:
                step, *moments = (tensors[f"{part}:{name}"] for part in ("step", "exp_avg", "exp_avg_sq"))
                first, second = (moment.to(p.device) for moment in moments)
                optimizer.state[p] = {"step": step, "exp_avg": first, "exp_avg_sq": second}
    schedule.last_epoch = state["steps"]
    for group, rate in zip(optimizer.param_groups, schedule.base_lrs, strict=True):
        group["lr"] = rate * schedule.lr_lambdas[0](state["steps"])
    epochs: int = state["epochs"]
    return epochs
