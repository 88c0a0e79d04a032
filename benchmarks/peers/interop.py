#!/usr/bin/env python3
"""Opens what FlowDPO writes with the tools of the field, and what they write with FlowDPO.

Every witness prints one line: what was compared, and the figure. Needs Python 3.10 or newer; what it
imports goes into a folder of its own:

    python3 -m venv peers && peers/bin/pip install -r requirements.txt
    peers/bin/python interop.py WORK --flowdpo "java -jar flowdpo-cli.jar"

WORK is a folder for what is made on the way: a run of learn, exports, adapters of PEFT.
"""

import argparse
import json
import math
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"

import onnxruntime
import torch
from datasets import load_dataset
from peft import AutoPeftModelForCausalLM, LoraConfig, PeftModel, get_peft_model, set_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
from transformers.utils import logging as transformers_logging
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference

warnings.filterwarnings("ignore")
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()
torch.manual_seed(0)


class Work:
    """The folder, the command of FlowDPO and what every witness needs of both."""

    def __init__(self, folder, command):
        self.folder = folder
        self.command = shlex.split(command)
        folder.mkdir(parents=True, exist_ok=True)
        self.run = folder / "run"
        if not (self.run / "result.json").exists():
            shutil.rmtree(self.run, ignore_errors=True)
            self.flowdpo("learn", "--problems", 120, "--held-out", 1, "--seed", 0, "--out", self.run)
        self.base = self.adapter_base(self.run / "answer")
        self.pairs = rows(self.run / "answer-pairs.jsonl")
        self.tokens = folder / "tokens.jsonl"
        self.texts = [p["prompt_ids"] + p["chosen_ids"] for p in self.pairs[:50]]
        self.tokens.write_text("".join(json.dumps({"tokens": t}) + "\n" for t in self.texts))
        self.tokenizer = AutoTokenizer.from_pretrained(self.base)

    @staticmethod
    def adapter_base(adapter):
        return json.loads((adapter / "adapter_config.json").read_text())["base_model_name_or_path"]

    def flowdpo(self, *words, fails=False):
        done = subprocess.run(self.command + [str(w) for w in words], capture_output=True, text=True)
        if (done.returncode != 0) != fails:
            sys.exit(f"{words}: {done.stdout}{done.stderr}")
        return done.stderr if fails else done.stdout

    def fresh(self, name):
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return self.folder / name

    def log_probs(self, model=None, adapter=None, fails=False):
        words = ["logprobs", "--tokens", self.tokens, "--json"]
        words += ["--model", model] if model else []
        words += ["--adapter", adapter] if adapter else []
        out = self.flowdpo(*words, fails=fails)
        return out if fails else [json.loads(line)["logProbs"] for line in out.splitlines()]

    def model(self, folder=None):
        return AutoModelForCausalLM.from_pretrained(folder or self.base, dtype=torch.float32)


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def log_probs(model, texts):
    found = []
    with torch.no_grad():
        for ids in texts:
            ids = torch.tensor([ids])
            logits = model(ids).logits[0, :-1].log_softmax(-1)
            found.append(logits.gather(1, ids[0, 1:, None])[:, 0].tolist())
    return found


def difference(a, b):
    return max(abs(x - y) for m, n in zip(a, b, strict=True) for x, y in zip(m, n, strict=True))


def say(what, figure):
    print(f"| {what} | {figure} |", flush=True)


def transformers_witness(work):
    model = work.model()
    say("bundled model, log-probabilities, transformers and `logprobs`",
        f"{difference(work.log_probs(), log_probs(model, work.texts)):.1e} at most")
    same = sum(work.tokenizer(p["prompt_text"])["input_ids"] == p["prompt_ids"] for p in work.pairs)
    say("`AutoTokenizer` of the bundled folder gives the prompt's ids", f"{same} of {len(work.pairs)}")
    questions = [p["prompt_text"].removeprefix("Question: ").removesuffix("\nSolution:\n") for p in work.pairs]
    templated = [work.tokenizer.apply_chat_template([{"role": "user", "content": q}], add_generation_prompt=True)
                 for q in questions]
    first = [(t, p["prompt_ids"]) for t, p in zip(templated, work.pairs) if p["node"] == 0]
    say("its chat template gives the prompt's ids", f"{sum(a == b for a, b in first)} of {len(first)}")
    ask = pipeline("text-generation", model=work.base, tokenizer=work.base)
    greedy = dict(do_sample=False, temperature=None, top_k=None, top_p=None, max_new_tokens=48)
    count = 10
    texts = [ask([{"role": "user", "content": q}], **greedy)[0]["generated_text"][-1]["content"]
             for q in questions[:count]]
    solved = work.flowdpo("solve", *questions[:count], "--temperature", 0, "--chunk-size", 48, "--max-chunks", 1,
                          "--json")
    alone = [json.loads(line)["text"] for line in solved.splitlines()]
    say("greedy text, `pipeline` on the folder as it is and `solve` in one chunk",
        f"{sum(a.strip() == b for a, b in zip(texts, alone))} of {count}")


def ours_in_peft(work):
    for role in ("answer", "stop"):
        adapter = work.run / role
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = AutoPeftModelForCausalLM.from_pretrained(adapter, dtype=torch.float32)
        found = difference(work.log_probs(adapter=adapter), log_probs(model, work.texts))
        peft_says = [w for w in caught if "peft" in str(w.filename)]
        say(f"`{role}` of `learn` in `AutoPeftModelForCausalLM`", f"{found:.1e} at most, {len(peft_says)} warnings")
    merged = work.fresh("merged")
    work.flowdpo("export", "--format", "merged", "--adapters", work.run / "answer", "--out", merged)
    model = PeftModel.from_pretrained(work.model(), work.run / "answer").merge_and_unload()
    for parameter in model.parameters():  # our export keeps the base's type
        parameter.data = parameter.data.half().float()
    exported = work.model(merged)
    say("merged export in transformers and `merge_and_unload`, both rounded to the base's F16",
        f"{difference(log_probs(exported, work.texts), log_probs(model, work.texts)):.1e} at most")
    answer = pipeline("text-generation", model=str(merged), tokenizer=str(merged))
    text = answer([{"role": "user", "content": "Ana has 5 pens. She buys 2. How many?"}])[0]["generated_text"]
    say("`pipeline` on the merged folder as it is", repr(text[-1]["content"]))


def randomised(model):
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)
    return model


def theirs_here(work):
    attention = ["q_proj", "k_proj", "v_proj", "o_proj"]
    everything = attention + ["gate_proj", "up_proj", "down_proj"]
    kinds = {
        "plain, task_type null": dict(target_modules=everything),
        "rank-stabilised": dict(target_modules=everything, use_rslora=True),
        "rank and alpha patterns": dict(target_modules=everything, rank_pattern={"q_proj": 2, "layers.1.down_proj": 5},
                                        alpha_pattern={"v_proj": 3}),
        "partial targets": dict(target_modules=["q_proj", "down_proj"]),
        "layers_to_transform": dict(target_modules=everything, layers_to_transform=[1, 3], layers_pattern="layers"),
        "exclude_modules": dict(target_modules=everything, exclude_modules=["k_proj"]),
        "gaussian": dict(target_modules=everything, init_lora_weights="gaussian"),
        "orthogonal": dict(target_modules=everything, init_lora_weights="orthogonal"),
    }
    for name, settings in kinds.items():
        folder = work.fresh("theirs")
        model = randomised(get_peft_model(work.model(), LoraConfig(r=4, lora_alpha=8, **settings)))
        model.save_pretrained(folder)
        say(f"PEFT adapter, {name}, read here",
            f"{difference(work.log_probs(adapter=folder), log_probs(model, work.texts)):.1e} at most")
    for kind in ("pissa", "olora"):
        folder, begin, converted = work.fresh("theirs"), work.fresh("begin"), work.fresh("converted")
        model = get_peft_model(work.model(), LoraConfig(r=4, lora_alpha=8, target_modules=everything,
                                                        init_lora_weights=kind))
        model.peft_config["default"].init_lora_weights = True
        model.save_pretrained(begin)
        model.peft_config["default"].init_lora_weights = kind
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.requires_grad:
                    parameter.add_(0.02 * torch.randn_like(parameter))
        model.save_pretrained(folder)
        refused = work.log_probs(adapter=folder, fails=True)
        expected = log_probs(model, work.texts)
        model.save_pretrained(converted, path_initial_model_for_weight_conversion=str(begin))
        say(f"PEFT adapter, {kind}",
            ("refused by name" if f'found "{kind}"' in refused else refused)
            + f"; converted as told: {difference(work.log_probs(adapter=converted), expected):.1e} at most")
    for name, settings in {"DoRA": dict(use_dora=True), "modules_to_save": dict(modules_to_save=["lm_head"])}.items():
        folder = work.fresh("theirs")
        get_peft_model(work.model(), LoraConfig(r=4, target_modules=attention, **settings)).save_pretrained(folder)
        refused = work.log_probs(adapter=folder, fails=True)
        say(f"PEFT adapter, {name}", "refused by name" if "adapter_config.json: key" in refused else refused)


def onnx_runtime(work):
    out = work.fresh("onnx")
    work.flowdpo("export", "--format", "onnx", "--adapters", work.run / "answer", "--out", out)
    file = next(out.glob("*.onnx_adapter"))
    parameters = onnxruntime.AdapterFormat.read_adapter(str(file)).get_parameters()
    own = load_file(work.run / "answer" / "adapter_model.safetensors")
    say("`onnxruntime.AdapterFormat` reads our file", f"{len(parameters)} tensors of {len(own)} matrices")


class ByIds(DPOTrainer):
    """The recipe of docs/coming-from-trl.md: the ids of the file are what is trained on."""

    def _prepare_dataset(self, dataset, *args, **kwargs):
        return dataset.select_columns(["prompt_ids", "chosen_ids", "rejected_ids"])


def dpo_config(work, **settings):
    numbers = dict(per_device_train_batch_size=4, learning_rate=1e-3, lr_scheduler_type="constant", beta=1.0,
                   max_grad_norm=1.0, report_to=[], use_cpu=True, logging_steps=1, save_strategy="no", seed=0,
                   gradient_checkpointing=False, disable_tqdm=True, bf16=False)
    return DPOConfig(output_dir=str(work.folder / "trl"), **(numbers | settings))


def trl_on_our_files(work):
    for role in ("answer", "stop"):
        file = work.run / f"{role}-pairs.jsonl"
        data = load_dataset("json", data_files=str(file), split="train")
        try:
            DPOTrainer(work.model(), args=dpo_config(work, max_steps=1), train_dataset=data,
                       processing_class=work.tokenizer,
                       peft_config=LoraConfig(r=8, lora_alpha=8, target_modules="all-linear"))
            say(f"`DPOTrainer` on `{file.name}` without the recipe", "taken, ends appended")
        except KeyError as error:
            say(f"`DPOTrainer` on `{file.name}` without the recipe", f"refused: KeyError {error}")
        trainer = ByIds(work.model(), args=dpo_config(work, max_steps=5), train_dataset=data,
                        processing_class=work.tokenizer,
                        peft_config=LoraConfig(r=8, lora_alpha=8, target_modules="all-linear"))
        batch = next(iter(trainer.get_train_dataloader()))
        lengths = batch["attention_mask"].sum(1).tolist()
        ids = [tuple(i[:n]) for i, n in zip(batch["input_ids"].tolist(), lengths)]
        own = {tuple(r["prompt_ids"] + r[s + "_ids"]) for r in rows(file) for s in ("chosen", "rejected")}
        trainer.train()
        losses = [h["loss"] for h in trainer.state.log_history if "loss" in h]
        say(f"`DPOTrainer` by the recipe on `{file.name}`, five steps",
            f"{sum(i in own for i in ids)} of {len(ids)} sequences of a batch are the file's ids; losses "
            + ", ".join(f"{x:.4f}" for x in losses))


def same_steps(work):
    """The same five steps on both sides: one batch of four pairs, the adapter that PEFT made, AdamW at 1e-3."""
    for role in ("answer", "stop"):
        file = work.folder / f"four-{role}.jsonl"
        file.write_text("".join(json.dumps(r) + "\n" for r in rows(work.run / f"{role}-pairs.jsonl")[:4]))
        trainer = ByIds(work.model(), args=dpo_config(work, max_steps=5, weight_decay=0.0),
                        train_dataset=load_dataset("json", data_files=str(file), split="train"),
                        processing_class=work.tokenizer,
                        peft_config=LoraConfig(r=8, lora_alpha=8, target_modules="all-linear", init_lora_weights=True))
        start, out = work.fresh("start"), work.fresh("five-steps")
        trainer.model.save_pretrained(str(start / role))
        trainer.train()
        theirs = [h["loss"] for h in trainer.state.log_history if "loss" in h]
        work.flowdpo("dpo", "--data", file, "--role", role, "--adapters", start, "--epochs", 5, "--batch", 4,
                     "--accumulation", 1, "--learning-rate", 1e-3, "--decay", "constant", "--warmup", 0,
                     "--validation-share", 0, "--beta", 1, "--patience", 0, "--out", out)
        ours = [r["loss"] for r in rows(out / "training.jsonl") if "loss" in r]
        say(f"five DPO steps on the same four {role} pairs, `dpo` and `DPOTrainer`",
            ", ".join(f"{a:.4f}/{b:.4f}" for a, b in zip(ours, theirs)))


def sft_on_our_files(work):
    out = work.fresh("compiled")
    work.flowdpo("compile", "--run", work.run, "--held-out", 1, "--epochs", 1, "--out", out)
    config = SFTConfig(output_dir=str(work.folder / "trl"), max_steps=1, report_to=[], use_cpu=True, bf16=False,
                       save_strategy="no", gradient_checkpointing=False, disable_tqdm=True, logging_steps=1)
    file = out / "messages.jsonl"
    data = load_dataset("json", data_files=str(file), split="train")
    trainer = SFTTrainer(work.model(), args=config, train_dataset=data, processing_class=work.tokenizer)
    ours = [r["prompt_ids"] + r["completion_ids"] for r in rows(file)]
    theirs = list(trainer.train_dataset["input_ids"])
    trainer.train()
    loss = [h["loss"] for h in trainer.state.log_history if "loss" in h][0]
    say("`SFTTrainer` on `messages.jsonl` unchanged", f"{sum(a == b for a, b in zip(ours, theirs))} of {len(ours)}"
        f" rows have our ids; first loss {loss:.4f}")
    data = load_dataset("json", data_files=str(work.run / "traces.jsonl"), split="train")
    try:
        SFTTrainer(work.model(), args=config, train_dataset=data, processing_class=work.tokenizer)
        say("`SFTTrainer` on `traces.jsonl`", "taken")
    except (KeyError, ValueError) as error:
        say("`SFTTrainer` on `traces.jsonl`", f"refused: {type(error).__name__}")


def objectives(work):
    """Loss and gradient of one pair; the trained adapter is the policy, the base the reference."""
    adapter = work.run / "answer"
    pair = work.pairs[3]
    example = {k + "_ids": pair[k + "_ids"] for k in ("prompt", "chosen", "rejected")}
    file = work.folder / "pair.json"
    file.write_text(json.dumps({k.removesuffix("_ids"): v for k, v in example.items()}))
    cases = [
        ("sigmoid", 0.7, [], dict(loss_type=["sigmoid"])),
        ("hinge", 0.2, [], dict(loss_type=["hinge"])),
        ("ipo", 0.3, [], dict(loss_type=["ipo"])),
        ("robust", 0.7, ["--label-smoothing", 0.2], dict(loss_type=["robust"], label_smoothing=0.2)),
        ("apo-zero", 0.7, [], dict(loss_type=["apo_zero"])),
    ]
    for name, beta, options, settings in cases:
        data = load_dataset("json", data_files=str(work.run / "answer-pairs.jsonl"), split="train")
        lora = LoraConfig.from_pretrained(adapter)
        lora.inference_mode = False
        # The adapter is put in afterwards: TRL takes one that is there from the start for the reference.
        trainer = ByIds(work.model(), args=dpo_config(work, beta=beta, max_steps=1, **settings), train_dataset=data,
                        processing_class=work.tokenizer, peft_config=lora)
        set_peft_model_state_dict(trainer.model, load_file(adapter / "adapter_model.safetensors"))
        batch = DataCollatorForPreference(pad_token_id=0)([example])
        loss = trainer.compute_loss(trainer.model, batch)
        loss.backward()
        say_step(work, name, beta, options, adapter, file, loss.item(), trainer.model)
    simpo(work, adapter, file, example)


def simpo(work, adapter, file, example):
    """TRL's CPOTrainer trains on texts only, so its loss is called as it stands on these sums."""
    from trl.experimental.cpo import CPOTrainer

    beta, gamma = 2.0, 0.6
    model = PeftModel.from_pretrained(work.model(), adapter, is_trainable=True)
    means = []
    for side in ("chosen_ids", "rejected_ids"):
        ids = torch.tensor([example["prompt_ids"] + example[side]])
        logits = model(ids).logits[0, :-1].log_softmax(-1)
        by_token = logits.gather(1, ids[0, 1:, None])[:, 0]
        means.append(by_token[-len(example[side]):].mean()[None])
    trainer = object.__new__(CPOTrainer)
    trainer.beta, trainer.simpo_gamma, trainer.label_smoothing, trainer.loss_type = beta, gamma, 0.0, "simpo"
    trainer.alpha = 0.0
    trainer.accelerator = type("A", (), {"device": torch.device("cpu")})()
    loss = trainer.cpo_loss(*means)[0].mean()
    loss.backward()
    say_step(work, "simpo", beta, ["--gamma", gamma], adapter, file, loss.item(), model)


def say_step(work, name, beta, options, adapter, file, loss, model):
    out = work.folder / "gradient.safetensors"
    ours = json.loads(work.flowdpo("gradient", "--pair", file, "--adapter", adapter, "--objective", name, "--beta",
                                   beta, *options, "--out", out, "--json"))
    gradients = load_file(out)
    theirs = {n.replace(".default", ""): p.grad for n, p in model.named_parameters() if p.grad is not None}
    if set(theirs) != set(gradients):
        sys.exit(f"{name}: keys differ: {sorted(set(theirs) ^ set(gradients))[:4]}")
    apart = math.sqrt(sum(((gradients[k] - theirs[k]) ** 2).sum().item() for k in theirs))
    norm = math.sqrt(sum((theirs[k] ** 2).sum().item() for k in theirs))
    say(f"one pair, {name}, β {beta}{' '.join([''] + [str(o) for o in options])}: `gradient` and TRL",
        f"loss {ours['loss']:.6f} and {loss:.6f}; gradients differ by {apart / norm if norm else apart:.1e} of their norm")


WITNESSES = {
    "transformers": transformers_witness, "peft": ours_in_peft, "adapters": theirs_here, "onnx": onnx_runtime,
    "objectives": objectives, "steps": same_steps, "dpo": trl_on_our_files, "sft": sft_on_our_files,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--flowdpo", required=True, help="the command of FlowDPO's command line")
    parser.add_argument("--only", choices=WITNESSES, action="append", help="these witnesses; all by default")
    arguments = parser.parse_args()
    shared = Work(arguments.work.absolute(), arguments.flowdpo)
    for witness in arguments.only or WITNESSES:
        WITNESSES[witness](shared)
