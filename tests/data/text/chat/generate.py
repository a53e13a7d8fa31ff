#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what transformers makes of conversations and of expressions, for tests/text/chat_test.cpp:

    pip install jinja2 transformers
    python tests/data/text/chat/generate.py [--templates FOLDER --output FILE]

With a folder, each *.jinja below it is tried with all conversations; the file beside this one is of
templates/ with some of them.
"""
import argparse
import datetime
import json
import pathlib

from expressions import CASES, VARIABLES
from transformers.utils import chat_template_utils as utils

HERE = pathlib.Path(__file__).parent


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26, 15, 4, 5)


utils.datetime = FixedTime

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a \"place\", now <b>&</b> here",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name – e.g. Köln"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": ["integer", "null"], "default": 1},
                "where": {"type": "object", "properties": {"lat": {"type": "number"}},
                          "required": ["lat"]},
            },
            "required": ["city"],
        },
        "return": {"type": "string"},
    },
}
TIME = {"type": "function",
        "function": {"name": "time", "description": "What time it is",
                     "parameters": {"type": "object", "properties": {}}}}


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def system(text):
    return {"role": "system", "content": text}


def call(arguments, name="get_weather", number="123456789"):
    return {"id": number, "type": "function", "function": {"name": name, "arguments": arguments}}


CONVERSATIONS = {
    "one": [user("Hello, how are you?")],
    "turns": [system("You are kind."), user("  Hi!  \n"), assistant(" Hello.\n\n"),
              user("日本語 🙂 \"quoted\" 'single' <tag> & \\ back\\nslash {{ braces }} {% raw %}")],
    "assistant last": [user("Say it"), assistant("The answer is ")],
    "thought": [user("2+2?"), assistant("<think>\nIt is four.\n</think>\n\n4"), user("And 3+3?"),
                assistant("6", reasoning_content="Three and three."), user("Thanks")],
    "parts": [{"role": "user", "content": [{"type": "text", "text": "Look:"},
                                           {"type": "image"}, {"type": "text", "text": " this"}]}],
    "call": [system("Use tools."), user("Weather in Köln?"),
             {"role": "assistant", "content": None,
              "tool_calls": [call({"city": "Köln", "days": 2, "where": {"lat": 50.9}})]},
             {"role": "tool", "name": "get_weather", "tool_call_id": "123456789",
              "content": "{\"sky\": \"grey\", \"temp\": -3.5}"},
             assistant("Grey."), user("And now?")],
    "call text": [user("Weather?"),
                  assistant("Let me see.",
                            tool_calls=[call('{"city": "Oslo"}'),
                                        call("{}", "time", "abcdefghi")],
                            reasoning_content="I need tools."),
                  {"role": "tool", "tool_call_id": "123456789", "name": "get_weather",
                   "content": "rain"},
                  {"role": "tool", "tool_call_id": "abcdefghi", "name": "time",
                   "content": "12:00"}],
    "wrong order": [assistant("I begin"), user("no"), user("again")],
    "system late": [user("a"), assistant("b"), system("now be brief"), user("c")],
    "empty text": [system(""), user("")],
    "nothing": [],
    "strange role": [user("x"), {"role": "function", "name": "f", "content": "1"}],
}
OPTIONS = {
    "": {},
    "prompt": {"add_generation_prompt": True},
    "tools": {"add_generation_prompt": True, "tools": [WEATHER, TIME]},
    "continue": {"continue_final_message": True},
    "no thinking": {"add_generation_prompt": True, "enable_thinking": False, "thinking": False},
    "thinking": {"add_generation_prompt": True, "enable_thinking": True, "thinking": True,
                 "reasoning_effort": "high"},
    "documents": {"documents": [{"title": "One", "text": "First."}, {"title": "Two", "text": "2."}],
                  "add_generation_prompt": True},
}
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


def line_of(error):
    return {"error": str(error) if type(error).__name__ == "TemplateError" else ""}


def render(text, messages, options):
    """What transformers gives; an error's text only if the template gave it."""
    try:
        rendered, _ = utils.render_jinja_template(
            [utils._normalize_chat_messages(messages)], chat_template=text, **TOKENS, **options)
        rendered[0].encode()
        return {"want": rendered[0]}
    except Exception as error:  # whatever Python and jinja2 say, ours is one error
        return line_of(error)


def of_templates(folder, chosen):
    for path in sorted(folder.rglob("*.jinja")):
        text = path.read_text()
        for name, messages in CONVERSATIONS.items():
            for option, options in OPTIONS.items():
                if chosen and (name, option) not in chosen:
                    continue
                yield {"template": str(path), "messages": messages, "options": options,
                       **render(text, messages, options)}


CHOSEN = {("one", "prompt"), ("turns", ""), ("assistant last", "continue"), ("thought", "prompt"),
          ("call", "tools"), ("call text", "tools"), ("wrong order", ""), ("parts", ""),
          ("one", "documents"), ("turns", "no thinking")}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--templates", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.templates:
        write(arguments.output, of_templates(arguments.templates, None))
        return
    cases = []
    for case in of_templates(HERE / "templates", CHOSEN):
        case["template"] = pathlib.Path(case["template"]).name
        cases.append(case)
    write(HERE / "conversations.jsonl", cases)
    write(HERE / "expressions.jsonl", of_expressions())
    (HERE / "variables.json").write_text(json.dumps(VARIABLES, ensure_ascii=False) + "\n")


def write(path, cases):
    with open(path, "w") as file:
        for case in cases:
            file.write(json.dumps(case, ensure_ascii=False) + "\n")


def of_expressions():
    for text in CASES:
        try:
            result = utils._compile_jinja_template(text).render(**VARIABLES)
            result.encode()
            yield {"text": text, "want": result}
        except Exception as error:
            yield {"text": text, **line_of(error)}


if __name__ == "__main__":
    main()
