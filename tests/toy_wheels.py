"""Wheels that carry toy models, with manifests that point at them, as the packages of real models do."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import toys

from aitrade.models.installed import record_files

EMBEDDER, LLM = "toy-embedder", "toy-gguf"

MANIFEST = """name = "{name}"
kind = "{kind}"
title = "Toy"
parameters = 5
licence = "none"
publisher = "nobody"
notes = "A toy."

[card]
name = "nobody/toy"
published = "2026-01"
training_data = "none"

[source]
form = "{form}"
wheel = "{wheel}"
parts = {parts}
member = "{member}"
"""


def write_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes], more: str = "") -> Path:
    """Write a wheel as pip wants it: a zip whose dist-info names it, with more lines of metadata where given."""
    info = f"{name}-{version}.dist-info"
    notes = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{member},,\n" for member in [*files, *notes, f"{info}/RECORD"])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for member, content in [*files.items(), *notes.items(), (f"{info}/RECORD", record)]:
            wheel.writestr(member, content)
    return path


def write_store(folder: Path) -> None:
    """Make wheels/ and models/*.toml for a toy embedder (one wheel, a folder) and a toy GGUF in two parts."""
    source = toys.save_embedder(folder / "embedder")
    files = {f"toy_embedder/model/{file.name}": (source / file.name).read_bytes() for file in record_files(source)}
    write_wheel(folder / "wheels", "toy_embedder", "0.1.0", files)
    fill = {"kind": "embedder", "form": "folder", "parts": 1}
    write_manifest(folder, source, name=EMBEDDER, wheel="toy-embedder==0.1.0", member="toy_embedder/model", **fill)
    gguf = write_gguf(folder / "gguf" / "toy.gguf")
    whole = gguf.read_bytes()
    for part, content in enumerate((whole[:5000], whole[5000:]), 1):
        write_wheel(folder / "wheels", f"toy_gguf_part{part}", "2.0", {f"toy_gguf/data/part{part:02}.bin": content})
    fill = {"kind": "llm", "form": "gguf", "parts": 2}
    member = "toy_gguf/data/part{part:02}.bin"
    write_manifest(folder, gguf.parent, name=LLM, wheel="toy-gguf-part{part}==2.0", member=member, **fill)


def write_manifest(folder: Path, source: Path, **fill: object) -> None:
    """Write a manifest that pins every file of a folder."""
    text = MANIFEST.format(**fill)
    for file in record_files(source):
        text += f'\n[[file]]\nname = "{file.name}"\nsize = {file.size}\nsha256 = "{file.sha256}"\n'
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / f"{fill['name']}.toml").write_text(text, "utf-8")


def write_gguf(path: Path) -> Path:
    """Write the toy Llama as GGUF in float32, with its tokenizer, the way llama.cpp lays it out."""
    import json

    import gguf

    model, tokenizer = toys.toy_model("llama"), toys.chat_tokenizer()
    config = model.config
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    bpe = json.loads(tokenizer.backend_tokenizer.to_str())
    tokens = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([token for token, _ in tokens])
    writer.add_token_types([3 if token.startswith("<|") else 1 for token, _ in tokens])
    writer.add_token_merges([" ".join(pair) for pair in bpe["model"]["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(0)
    writer.add_chat_template(toys.CHATML)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, tensor in model.state_dict().items():
        values = tensor.float().numpy()
        for projection, count in heads.items():
            if projection in name:  # llama.cpp rotates pairs of neighbours, transformers halves
                values = values.reshape(count, 2, -1, values.shape[-1]).swapaxes(1, 2).reshape(values.shape)
        stem, _, end = name.rpartition(".")
        writer.add_tensor(f"{names.get_name(stem)}.{end}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
