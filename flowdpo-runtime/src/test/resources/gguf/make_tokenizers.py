"""Makes sentencepiece-*.gguf, and the ids that the sentencepiece library gives for texts.

Run in this folder: pip install gguf==0.19.0 sentencepiece==0.2.3 && python make_tokenizers.py
A small vocabulary is learnt from this project's own documents; files hold a tokenizer and no tensors.
"""
import io
import json
import pathlib

import gguf
import sentencepiece

ROOT = pathlib.Path(__file__).resolve().parents[5]
LINES = [
    line
    for name in ("README.md", "docs/architecture.md", "docs/tuning.md")
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    if line.strip()
]
TEXTS = [
    "The capital of France is Paris.",
    "  two  spaces   and a tab\there",
    "a line\n\nand another\r\n",
    "naïve Straße, 東京 and \U0001f600!",
    "3*4=12, #### 1234567890",
    " leading and trailing ",
    "adapters, rollouts and preference pairs",
    "x",
    "",
]


def make(name, dummy_prefix):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES),
        model_writer=model,
        vocab_size=700,
        model_type="bpe",
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True,
        add_dummy_prefix=dummy_prefix,
        control_symbols=["<|end|>"],
        num_threads=1,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    kinds = []
    for i in range(processor.vocab_size()):
        kinds.append(
            gguf.TokenType.UNKNOWN
            if processor.is_unknown(i)
            else gguf.TokenType.CONTROL
            if processor.is_control(i)
            else gguf.TokenType.BYTE
            if processor.is_byte(i)
            else gguf.TokenType.NORMAL
        )
    writer = gguf.GGUFWriter(f"{name}.gguf", "llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([processor.id_to_piece(i) for i in range(processor.vocab_size())])
    writer.add_token_scores([processor.get_score(i) for i in range(processor.vocab_size())])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(processor.bos_id())
    writer.add_eos_token_id(processor.eos_id())
    writer.add_unk_token_id(processor.unk_id())
    writer.add_add_space_prefix(dummy_prefix)
    writer.add_chat_template("{{ bos_token }}{{ messages[0]['content'] }}<|end|>")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    rows = [{"text": text, "ids": processor.encode(text)} for text in TEXTS]
    pathlib.Path(f"{name}.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
    )


make("sentencepiece", True)
make("sentencepiece-no-prefix", False)
