"""Toy models and data, made in code: tiny seeded transformers with real tokenizers, and a few hand-labelled codes."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aitrade.core.paths import shipped
from aitrade.models.installed import Installed, record_files, write_record
from aitrade.models.manifest import files_sha256
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import COLUMNS

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

# flow, hs10, description, industry, relevance, category
LABELLED = (
    ("imports", "8471500110", "PROCESSING UNITS, SERVERS, W/ CPU", "COMPUTERS", "High", "Compute_Hardware"),
    ("imports", "8471500150", "PROCESSING UNITS NESOI", "COMPUTERS", "High", "Compute_Hardware"),
    ("imports", "8471704065", "HARD DISK DRIVE UNITS", "COMPUTERS", "High", "Compute_Hardware"),
    ("imports", "8471606000", "KEYBOARDS FOR ADP MACHINES", "COMPUTERS", "Low", "Not_DC_Related"),
    ("imports", "8517620010", "SWITCHING AND ROUTING APPARATUS", "TELEPHONE", "High", "Networking_Telecom"),
    ("imports", "8517130000", "SMARTPHONES", "TELEPHONE", "Low", "Not_DC_Related"),
    ("imports", "8504210020", "LIQUID DIELECTRIC TRANSFORMERS LE 50 KVA", "TRANSFORMERS", "High", "Electrical_Power"),
    ("imports", "8504409550", "RECTIFIERS AND POWER SUPPLIES NESOI", "TRANSFORMERS", "High", "Electrical_Power"),
    ("imports", "8504900100", "PARTS OF POWER SUPPLIES", "TRANSFORMERS", "High", "Electrical_Power"),
    ("imports", "8415101530", "WINDOW TYPE AIR CONDITIONERS", "HEATING", "Low", "Not_DC_Related"),
    ("imports", "8415820105", "WATER CHILLERS, CENTRIFUGAL", "HEATING", "High", "Cooling_HVAC"),
    ("imports", "8481803010", "GATE VALVES OF STEEL", "VALVES", "Medium", "Cooling_HVAC"),
    ("imports", "8482101000", "BALL BEARINGS", "BEARINGS", "Medium", "Maintenance_Operations"),
    ("imports", "7308906000", "STRUCTURES OF STEEL, PREFABRICATED", "METAL", "High", "Building_Structure"),
    ("imports", "7208101500", "FLAT-ROLLED STEEL, COILS", "STEEL", "Medium", "Building_Structure"),
    ("imports", "8531100015", "SMOKE DETECTORS, BATTERY POWERED", "ALARMS", "High", "Fire_Safety_Security"),
    ("imports", "3818000010", "SILICON WAFERS DOPED FOR ELECTRONICS", "CHEMICALS", "High", "Specialty_Materials"),
    ("imports", "8108904000", "TITANIUM BARS", "METALS", "Medium", "Specialty_Materials"),
    ("imports", "0803901000", "BANANAS, FRESH", "FRUIT", "Low", "Not_DC_Related"),
    ("imports", "0101210010", "HORSES, LIVE, PUREBRED", "HORSES", "Low", "Not_DC_Related"),
    ("imports", "6109100012", "T-SHIRTS OF COTTON, MEN'S", "APPAREL", "Low", "Not_DC_Related"),
    ("imports", "9403608081", "FURNITURE OF WOOD", "FURNITURE", "Low", "Not_DC_Related"),
    ("exports", "8471500150", "PROCESSING UNITS, EXPORTED", None, "High", "Compute_Hardware"),
    ("exports", "0803900025", "BANANAS", None, "Low", "Not_DC_Related"),
)  # fmt: skip

UNLABELLED = (
    ("imports", "8471410110", "ADP MACHINES W/ CPU AND DISPLAY", "COMPUTERS"),
    ("imports", "8471500185", "PROCESSING UNITS, NOT SERVERS", "COMPUTERS"),
    ("imports", "8471702000", "MAGNETIC DISK DRIVE UNITS", "COMPUTERS"),
    ("imports", "8471801000", "CONTROL OR ADAPTER UNITS", "COMPUTERS"),
    ("imports", "8517620020", "MODEMS", "TELEPHONE"),
    ("imports", "8517620090", "TRANSMISSION APPARATUS NESOI", "TELEPHONE"),
    ("imports", "8517710000", "AERIALS AND ANTENNAS", "TELEPHONE"),
    ("imports", "8504230040", "TRANSFORMERS GT 10,000 KVA", "TRANSFORMERS"),
    ("imports", "8504409510", "CHARGERS FOR PHONES", "TRANSFORMERS"),
    ("imports", "8415103040", "SPLIT AIR CONDITIONERS", "HEATING"),
    ("imports", "8415908045", "PARTS OF AIR CONDITIONERS", "HEATING"),
    ("imports", "8481803025", "BALL VALVES OF BRASS", "VALVES"),
    ("imports", "7308300050", "DOORS OF STEEL", "METAL"),
    ("imports", "7208252000", "FLAT-ROLLED STEEL, PICKLED", "STEEL"),
    ("imports", "8531109000", "BURGLAR ALARMS", "ALARMS"),
    ("imports", "0804400000", "AVOCADOS", "FRUIT"),
    ("imports", "0102290050", "CATTLE, LIVE", None),
    ("imports", "6109100040", "T-SHIRTS OF COTTON, WOMEN'S", "APPAREL"),
    ("exports", "8471410150", "ADP MACHINES, EXPORTED", None),
    ("exports", "8504340000", "TRANSFORMERS, DRY, EXPORTED", None),
    ("exports", "0102290000", "CATTLE", None),
)  # fmt: skip


def toy_codes() -> list[Code]:
    """All codes, labelled by hand or not, imports first, by code: what ``read_codes`` should give."""
    rows = [row[:4] for row in LABELLED] + list(UNLABELLED)
    codes = [Code(hs10, flow, text, None, industry) for flow, hs10, text, industry in rows]
    return sorted(codes, key=lambda c: (c.flow == "exports", c.hs10))


def write_exemplars(path: Path, rows: Sequence[Sequence[str | None]] = LABELLED) -> Path:
    """Write exemplars as the CSV file that the product reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for flow, hs10, text, industry, relevance, category in rows:
            writer.writerow([hs10, flow, text, "", industry or "", relevance, category, "Said for the test."])
    return path


def corpus() -> list[str]:
    """Text that the toy tokenizers are trained on: the product's own, without what no label depends on."""
    texts = [
        shipped(f"data/questions/ai-data-centers/{name}.toml").read_text("utf-8") for name in ("prompts", "question")
    ]
    texts = [re.sub("(?m)^revised_against.*\n", "", text) for text in texts]
    return texts + [f"{c.description} {c.description.lower()} {c.naics_description}" for c in toy_codes()]


def chat_tokenizer() -> Any:
    """A byte-level BPE of 700 tokens with a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = CHATML
    return fast


def toy_model(architecture: str) -> Any:
    """A seeded causal LM of two to six layers and width 32, in float32.

    The windowed ones slide over 12 tokens, fewer than any prompt has.
    """
    import torch
    import transformers as t

    size = {
        "vocab_size": 700,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "initializer_range": 0.3,
        "bos_token_id": None,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }
    windowed = {"use_sliding_window": True, "sliding_window": 12, "max_window_layers": 1}
    gemma = {"num_hidden_layers": 6, "head_dim": 8, "sliding_window": 12, "final_logit_softcapping": 5.0}
    gemma["query_pre_attn_scalar"] = 3  # as in no other: scores are not scaled by the heads' dimensions
    granite = {"embedding_multiplier": 3.0, "logits_scaling": 4.0, "attention_multiplier": 0.5}
    model, config, special = {
        "llama": (t.LlamaForCausalLM, t.LlamaConfig, {}),
        "qwen2": (t.Qwen2ForCausalLM, t.Qwen2Config, {"tie_word_embeddings": True}),
        "qwen2-windowed": (t.Qwen2ForCausalLM, t.Qwen2Config, windowed),
        "mistral": (t.MistralForCausalLM, t.MistralConfig, {"sliding_window": 12}),
        "gemma3": (t.Gemma3ForCausalLM, t.Gemma3TextConfig, gemma),
        "granite": (t.GraniteForCausalLM, t.GraniteConfig, granite),
        "cohere": (t.CohereForCausalLM, t.CohereConfig, {"logit_scale": 0.25}),
    }[architecture]
    torch.manual_seed(7)
    return model(config(**size | special)).eval()


ARCHITECTURES = ("llama", "qwen2", "qwen2-windowed", "mistral", "gemma3", "granite", "cohere")


def save_llm(folder: Path, architecture: str = "llama", dtype: str = "float32") -> Path:
    """Write a toy LLM as a Hugging Face folder, its numbers rounded to a dtype."""
    import torch

    toy_model(architecture).to(getattr(torch, dtype)).save_pretrained(folder)
    chat_tokenizer().save_pretrained(folder)
    return folder


def answer_with_labels(folder: Path, question: Any) -> Path:
    """Turn the head of a saved toy LLM so that it means to answer with a level; which one stays as it was.

    Each level has one token; the same is added to the logits of all of them, wherever a level is asked for.
    """
    import torch
    from transformers import AutoModelForCausalLM

    from aitrade.llm.prompt import Prompter

    model, prompter = AutoModelForCausalLM.from_pretrained(folder), Prompter(chat_tokenizer(), question)
    with torch.no_grad():
        prompts = [torch.tensor([prompter.prompt(code, ())]) for code in toy_codes()[::2]]
        states = torch.stack([model.base_model(prompt).last_hidden_state[0, -1] for prompt in prompts])
        common = torch.linalg.solve(states.T @ states + 0.1 * torch.eye(states.shape[1]), states.sum(0))
        tokens = [label[0] for label in prompter.relevance_labels]
        model.get_output_embeddings().weight[tokens] += 8 * common
    model.save_pretrained(folder)
    return folder


def save_embedder(folder: Path) -> Path:
    """Write a BERT of width 16 over words as a sentence-transformers folder with mean pooling."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordLevelTrainer(special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    fast.model_max_length = 128
    fast.save_pretrained(folder)
    torch.manual_seed(11)
    config = BertConfig(
        vocab_size=len(fast),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
        initializer_range=0.5,
    )
    BertModel(config).save_pretrained(folder)
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 128, "do_lower_case": False}))
    return folder


def register(folder: Path, name: str, kind: str) -> Installed:
    """Record a folder that lies in the weights folder as installed, under a name that ``models add`` refuses."""
    files = record_files(folder)
    model = Installed(name, kind, 1, "none", files_sha256(files), files, {}, folder)
    write_record(model)
    return model
