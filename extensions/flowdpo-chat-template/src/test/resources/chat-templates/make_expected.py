"""Renders the chat templates of this folder and of the data folder with Jinja2.

The environment is set up as Hugging Face's apply_chat_template sets it up, so its output is what
the Java tests must reproduce byte for byte. Needs Python 3.9 with jinja2 3.1.

    python3 make_expected.py DATA_FOLDER

writes expected_own.json, expected_real.json and expected_snippets.json beside this script. The
templates of the data folder are read there and not copied; without DATA_FOLDER their expectations
are left as they are.
"""

import datetime
import json
import pathlib
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

HERE = pathlib.Path(__file__).parent
NOW = datetime.datetime(2024, 7, 6, 9, 5, 3)
SPECIAL = {"bos_token": "<|begin|>", "eos_token": "<|end|>", "pad_token": "<|pad|>"}


class Generation(jinja2.ext.Extension):
    """The tag around an assistant's words; it leaves them as they are."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def environment():
    made = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = NOW.strftime
    return made


def outcome(source, variables):
    try:
        return {"text": environment().from_string(source).render(**variables)}
    except Exception as error:
        return {"error": type(error).__name__}


def conversations():
    return json.loads((HERE / "conversations.json").read_text(encoding="utf-8"))


def rendered(name, source):
    rows = []
    for conversation, variables in conversations().items():
        known = {"tools": None, "documents": None, "add_generation_prompt": False}
        found = outcome(source, {**known, **SPECIAL, **variables})
        rows.append({"template": name, "conversation": conversation, **found})
    return rows


def write(name, rows):
    text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    (HERE / name).write_text(text, encoding="utf-8")
    print(name, len(rows), "rows,", sum("error" in row for row in rows), "of them errors")


def own():
    rows = []
    for file in sorted((HERE / "own").glob("*.jinja")):
        rows += rendered(file.name, file.read_text(encoding="utf-8"))
    return rows


def real(data):
    rows = []
    for file in sorted(data.glob("hf/chat_templates_trl/*.jinja")):
        rows += rendered(str(file.relative_to(data)), file.read_text(encoding="utf-8"))
    for file in sorted(data.glob("hf/*/tokenizer_config.json")):
        config = json.loads(file.read_text(encoding="utf-8"))
        rows += rendered(str(file.relative_to(data)), config["chat_template"])
    return rows


def snippets():
    variables = json.loads((HERE / "snippet_variables.json").read_text(encoding="utf-8"))
    rows = []
    for source in (HERE / "snippets.txt").read_text(encoding="utf-8").split("\n====\n"):
        source = source.rstrip("\n") if source.endswith("\n\n") else source
        rows.append({"template": source, **outcome(source, {**SPECIAL, **variables})})
    return rows


if __name__ == "__main__":
    write("expected_own.json", own())
    write("expected_snippets.json", snippets())
    if len(sys.argv) > 1:
        write("expected_real.json", real(pathlib.Path(sys.argv[1])))
