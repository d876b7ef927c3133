"""Say within seconds whether a model folder can be used, by its config, its tokenizer and the size of its files."""

import importlib.util
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from aitrade.core.bounds import LARGEST_MODEL_JSON
from aitrade.core.errors import ModelError
from aitrade.core.files import read_bounded

# What transformers needs to run quantised weights; any one of a tuple's libraries will do.
QUANTISERS: dict[str, tuple[str, ...]] = {
    "bitsandbytes": ("bitsandbytes",),
    "gptq": ("gptqmodel", "optimum"),
    "awq": ("gptqmodel", "awq"),
    "fp8": ("kernels", "triton"),
    "fbgemm_fp8": ("fbgemm_gpu",),
    "mxfp4": ("kernels",),
    "compressed-tensors": ("compressed_tensors",),
    "quanto": ("optimum.quanto",),
    "torchao": ("torchao",),
    "hqq": ("hqq",),
    "aqlm": ("aqlm",),
    "eetq": ("eetq",),
}
_LANGUAGE_MODELS = ("ForCausalLM", "LMHeadModel", "LMHead", "ForConditionalGeneration")
_TWO_WAYS = {"cpmant"}  # in the library's list of causal models, but what they say of a text depends on what follows
_OTHERS = "a causal LLM whose family transformers knows, such as Llama, Qwen, Mistral, Gemma, Phi or Granite"


def check_architecture(folder: Path, files: Collection[str], parameters: int) -> None:
    """Refuse a folder that cannot be used as an LLM, by the name of what is in the way.

    Args:
        folder: a Hugging Face model folder.
        files: names of its files, links resolved.
        parameters: how many weights its files hold.

    Raises:
        ModelError: its family, kind, quantisation, shards or tokenizer cannot be used here.
    """
    where, raw = str(folder / "config.json"), read_object(folder / "config.json")
    _check_quantisation(raw, where)
    _check_shards(folder, files)
    config = read_config(folder)
    name = _class_of(config, raw, where)
    _check_size(config, parameters, is_quantised="quantization_config" in raw, where=where, name=name)
    _check_tokenizer(folder, config)


def check_embedder(folder: Path) -> None:
    """Refuse an embedder with a module that sentence-transformers does not have itself.

    Raises:
        ModelError: as said; or the list of modules cannot be read.
    """
    path = folder / "modules.json"
    try:
        kinds = [str(module["type"]) for module in json.loads(read_bounded(path, LARGEST_MODEL_JSON))]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            f"the list of modules cannot be read: {first_line(error)}", where=str(path), fix="download the file again"
        ) from error
    if foreign := [kind for kind in kinds if not kind.startswith("sentence_transformers.")]:
        raise ModelError(
            f"the module {foreign[0]} is code of the model's own, which is never run",
            where=str(path),
            fix="use an embedder made of sentence-transformers' own modules",
        )


def read_object(path: Path, *, of_any_kind: bool = False) -> dict[str, Any]:
    """Read a JSON object of a model folder.

    Args:
        path: the file.
        of_any_kind: take a list or a number for an object without settings.

    Raises:
        ModelError: it is no JSON, or no object.
    """
    try:
        raw = json.loads(read_bounded(path, LARGEST_MODEL_JSON))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"not valid JSON: {error}", where=str(path), fix="download the file again") from error
    if isinstance(raw, dict):
        return raw
    if of_any_kind:
        return {}
    raise ModelError("this is no object of settings", where=str(path), fix="download the file again")


def is_known_family(raw: dict[str, Any]) -> bool:
    """Whether transformers itself has the family that a config names, so that no code of the folder is needed."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    return raw.get("model_type") in CONFIG_MAPPING_NAMES


def model_class(config: Any) -> Any:
    """Find the class of transformers that loads a config's model as a language model; None where there is none."""
    from transformers import AutoModelForCausalLM, AutoModelForImageTextToText

    for loader in (AutoModelForCausalLM, AutoModelForImageTextToText):
        if type(config) in loader._model_mapping:
            return loader
    return None


def _check_quantisation(raw: dict[str, Any], where: str) -> None:
    quantised = raw.get("quantization_config")
    if not isinstance(quantised, dict):
        return
    method = str(quantised.get("quant_method", "unknown"))
    libraries = QUANTISERS.get(method)
    if libraries is None:
        raise ModelError(
            f"the weights are quantised by {method}, which is not known here", where=where, fix=_UNQUANTISED
        )
    if not any(_is_installed(library) for library in libraries):
        raise ModelError(
            f"the weights are quantised by {method}, and its library is not installed",
            where=where,
            fix=f"pip install {libraries[0].replace('_', '-')}, or {_UNQUANTISED}",
        )


_UNQUANTISED = "take the same model's own weights (bfloat16 or float16), or its GGUF file"


def _is_installed(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is not None
    except ModuleNotFoundError:  # of the package that the library is a part of
        return False


def _check_shards(folder: Path, files: Collection[str]) -> None:
    for name in sorted(files):
        if not name.endswith(".safetensors.index.json"):
            continue
        shards = read_object(folder / name).get("weight_map")
        if not isinstance(shards, dict):
            raise ModelError("the index names no weights", where=str(folder / name), fix="download the file again")
        if lacking := sorted({str(shard) for shard in shards.values()} - set(files)):
            raise ModelError(
                f"{len(lacking)} of its files of weights are missing, the first is {lacking[0]}",
                where=str(folder / name),
                fix="finish the download",
            )


def read_config(folder: Path) -> Any:
    """Read a model folder's config by transformers.

    Raises:
        ModelError: transformers does not know the family, or cannot read its settings.
    """
    where, raw = str(folder / "config.json"), read_object(folder / "config.json")
    from transformers import AutoConfig, __version__

    family = raw.get("model_type")
    if not isinstance(family, str):
        raise ModelError("the config names no family (model_type)", where=where, fix=f"use {_OTHERS}")
    if not is_known_family(raw):
        code = "; it asks for code of its own (auto_map), which is never run" if "auto_map" in raw else ""
        raise ModelError(
            f"transformers {__version__} knows no family {family}{code}", where=where, fix=f"use {_OTHERS}"
        )
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # settings of somebody else's, judged by each family's own code
        raise ModelError(
            f"transformers cannot read the settings of this {family}: {first_line(error)}",
            where=where,
            fix="download config.json again, or use another model",
        ) from error


def _class_of(config: Any, raw: dict[str, Any], where: str) -> str:
    """Name the class that runs the model; refuse what is no language model that reads from left to right."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    family, loader = config.model_type, model_class(config)
    names = [str(name) for name in raw.get("architectures") or ()]
    if getattr(config, "is_encoder_decoder", False):
        kind = "an encoder with a decoder"
    elif family in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not getattr(config, "is_decoder", False):
        kind = "an encoder, which fills gaps"
    elif family in _TWO_WAYS:
        kind = "a model that reads in both directions"
    elif loader is None or (names and not any(name.endswith(_LANGUAGE_MODELS) for name in names)):
        kind = f"no language model but {names[0] if names else family}"
    else:
        found = loader._model_mapping[type(config)]
        return str((found[0] if isinstance(found, tuple) else found).__name__)
    raise ModelError(f"this {family} is {kind}", where=where, fix=f"use {_OTHERS}")


def _check_size(config: Any, parameters: int, *, is_quantised: bool, where: str, name: str) -> None:
    """Build the model without memory for weights; refuse settings that fail, and files that hold too few weights."""
    import torch

    try:
        with torch.device("meta"):
            model = model_class(config).from_config(config)
    except Exception as error:  # as any family's own code fails
        raise ModelError(
            f"{name} cannot be built from these settings: {first_line(error)}",
            where=where,
            fix="install the library that is named, where one is; else use another model",
        ) from error
    needed = sum(weight.numel() for weight in model.parameters())
    if not is_quantised and parameters < 0.98 * needed:
        raise ModelError(
            f"{name} has {needed / 1e6:,.1f} M weights by its config, and its files hold {parameters / 1e6:,.1f} M",
            where=where,
            fix="finish the download, or use the config that belongs to the weights",
        )


def _check_tokenizer(folder: Path, config: Any) -> None:
    from transformers import AutoTokenizer

    where = str(folder / "tokenizer_config.json")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        tokens = tokenizer("Product: servers")["input_ids"]
    except Exception as error:  # as any family's own code fails
        raise ModelError(
            f"the tokenizer cannot be loaded: {first_line(error)}",
            where=where,
            fix="add its files (tokenizer.json, or tokenizer.model and its library)",
        ) from error
    rows = getattr(config.get_text_config(), "vocab_size", None)
    if rows and len(tokenizer) > rows:
        raise ModelError(
            f"the tokenizer has {len(tokenizer):,} tokens, and the model knows {rows:,}",
            where=where,
            fix="use the tokenizer that belongs to the weights",
        )
    if not tokens:
        raise ModelError("the tokenizer makes nothing of a text", where=where, fix="use the model's own tokenizer")


def first_line(error: BaseException) -> str:
    """The first line of what a library says, or the error's kind where it says nothing."""
    lines = str(error).strip().splitlines()
    return f"{lines[0]:.200}" if lines else type(error).__name__
