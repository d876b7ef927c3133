"""Tokenizers and chat templates of other families, made in code."""

from typing import Any

from toys import CHATML, chat_tokenizer, corpus

# As Gemma 2's: no system role, and the turn of the model under another name.
NO_SYSTEM = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "<|im_start|>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n{{ m['content'] | trim }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>model\n{% endif %}"
)
# As one that takes no notice of a role that it does not know.
DROPS_SYSTEM = CHATML.replace("{% for m in messages %}", "{% for m in messages if m['role'] == 'user' %}")
DATED = "<|im_start|>system\nToday: {{ strftime_now('%d %B %Y') }}<|im_end|>\n" + CHATML  # SmolLM3, gpt-oss
DATE_STRING = "{% if date_string is not defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}" + (
    "<|im_start|>system\nToday Date: {{ date_string }}<|im_end|>\n" + CHATML  # Llama 3.2
)
THINKS = CHATML.replace("assistant\n", "assistant\n<think>\n")  # as of models that always think
MAY_THINK = CHATML.replace(  # Qwen3
    "assistant\n",
    "assistant\n{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}",
)
PARTS = CHATML.replace(
    "{{ m['content'] }}",
    "{% for part in m['content'] %}{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}",
)
MISTRAL_V1 = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}[INST] {{ m['content'] }} [/INST]"
    "{% elif m['role'] == 'system' %}{{ raise_exception('Only user and assistant roles are supported!') }}"
    "{% endif %}{% endfor %}"
)
DROPS_USER = "<|im_start|>assistant\n"


def templated(template: str | None) -> Any:
    """The toy byte-level tokenizer with another chat template."""
    tokenizer = chat_tokenizer()
    tokenizer.chat_template, tokenizer.bos_token = template, "<|endoftext|>"
    return tokenizer


def sentencepiece_tokenizer(template: str | None = MISTRAL_V1) -> Any:
    """A BPE as Llama 2's and Mistral v1's: every text gets a space before it, so that " High" alone has two."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    specials = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=900, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.pre_tokenizer = None
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    fast.add_special_tokens({"additional_special_tokens": [AddedToken("[INST]"), AddedToken("[/INST]")]})
    fast.chat_template = template
    return fast
