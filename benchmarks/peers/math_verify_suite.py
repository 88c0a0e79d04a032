#!/usr/bin/env python3
"""Compares FlowDPO's equality of answers with Hugging Face's math-verify, on math-verify's own tests.

The pairs of answers are read from the tests in math-verify's source package; none is kept here.
Needs Python 3.10 or newer, and for --peer an installed math-verify.

    pip download --no-deps --no-binary :all: math-verify==0.9.0
    python3 math_verify_suite.py math_verify-0.9.0.tar.gz --flowdpo "java -jar flowdpo-cli.jar" --peer
"""

import argparse
import ast
import json
import math
import pathlib
import shlex
import subprocess
import tarfile
import tempfile


def tests(package):
    """The sources of the tests in a source package, by name."""
    with tarfile.open(package) as archive:
        for member in sorted(archive.getmembers(), key=lambda m: m.name):
            name = pathlib.PurePosixPath(member.name)
            if name.parent.name == "tests" and name.name.startswith("test_") and name.suffix == ".py":
                yield name.name, archive.extractfile(member).read().decode()


def value(node):
    """A literal, or an f-string of numbers."""
    return eval(compile(ast.Expression(node), "literal", "eval"), {"__builtins__": {}, "math": math})


def pairs(package):
    """Every pair of answers that a test compares, with what it expects."""
    for name, source in tests(package):
        for function in ast.walk(ast.parse(source)):
            if isinstance(function, ast.FunctionDef):
                for row in parameters(function):
                    yield {"test": f"{name}::{function.name}", **row}
                for call in ast.walk(function):
                    if is_comparison(call):
                        gold, pred = (argument.value for argument in call.args[:2])
                        yield {
                            "test": f"{name}::{function.name}",
                            "gold": gold,
                            "pred": pred,
                            "expected": True,
                        }


def parameters(function):
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or getattr(decorator.func, "attr", "") != "parametrize":
            continue
        names = [name.strip() for name in value(decorator.args[0]).split(",")]
        if "gold" in names and "pred" in names:
            for element in decorator.args[1].elts:
                row = dict(zip(names, value(element)))
                expected = row.get("expected", row.get("result"))
                yield {"gold": row["gold"], "pred": row["pred"], "expected": bool(expected)}


def is_comparison(call):
    return (
        isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "compare_strings"
        and len(call.args) > 1
        and all(isinstance(argument, ast.Constant) for argument in call.args[:2])
    )


def flowdpo(command, rows):
    """What FlowDPO's command line says of the rows: True, False or None."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as data:
        for row in rows:
            data.write(json.dumps({"gold": row["gold"], "pred": row["pred"]}) + "\n")
    try:
        lines = subprocess.run(
            shlex.split(command) + ["verify", "--data", data.name, "--json"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
    finally:
        pathlib.Path(data.name).unlink()
    verdicts = [json.loads(line) for line in lines]
    return [verdict["correct"] for verdict in verdicts if "extracted" in verdict]


def peer(rows):
    """What math-verify says of the rows with its defaults."""
    from math_verify import parse, verify

    return [bool(verify(parse(row["gold"]), parse(row["pred"]))) for row in rows]


def report(name, rows, verdicts):
    if len(rows) != len(verdicts):
        raise SystemExit(f"{name}: expected {len(rows)} verdicts, found {len(verdicts)}")
    right = [bool(verdict) == row["expected"] for row, verdict in zip(rows, verdicts)]
    false_equal = [r for r, v in zip(rows, verdicts) if v and not r["expected"]]
    print(f"{name}: as expected {sum(right)} of {len(rows)}, equal though not expected {len(false_equal)}")
    for number, (row, ok) in enumerate(zip(rows, right), start=1):
        if not ok:
            shown = [text if len(text) < 100 else "…" + text[-100:] for text in (row["gold"], row["pred"])]
            print(f"  {number} {row['test']}, expected {row['expected']}: {shown[0]!r} and {shown[1]!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", help="math-verify's source package, a .tar.gz")
    parser.add_argument("--flowdpo", help="the command that starts FlowDPO's command line")
    parser.add_argument("--peer", action="store_true", help="ask the installed math-verify, too")
    arguments = parser.parse_args()
    rows = list(pairs(arguments.package))
    print(f"{len(rows)} pairs in {arguments.package}")
    if arguments.flowdpo:
        report("FlowDPO", rows, flowdpo(arguments.flowdpo, rows))
    if arguments.peer:
        report("math-verify", rows, peer(rows))


if __name__ == "__main__":
    main()
