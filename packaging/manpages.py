#!/usr/bin/env python3
"""Writes a man page for each command of Ronde, from what the program says of itself.

Usage: ronde --experimental-dump-help | manpages.py FOLDER VERSION
"""
import json
import re
import sys
from pathlib import Path


def text(words):
    """Text as groff shows it unchanged; a line that begins with a point or a quote is no request."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti")
    escaped = escaped.replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"^(?=[.])", r"\\&", escaped, flags=re.M)


def shown(command, key):
    return [part for part in command.get(key) or [] if part.get("shouldDisplay", True)]


def names(argument):
    marks = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    return [marks[name["kind"]] + name["name"] for name in argument.get("names") or []]


def value(argument):
    return text(argument.get("valueName") or "value")


def usage(argument):
    """An argument as the synopsis has it."""
    more = " ..." if argument.get("isRepeating") else ""
    if argument["kind"] == "positional":
        plain = f"\\fI{value(argument)}\\fR{more}"
    else:
        plain = f"\\fB{text(names(argument)[-1])}\\fR"
        if argument["kind"] == "option":
            plain += f" \\fI{value(argument)}\\fR"
        plain += more
    return f"[{plain}]" if argument.get("isOptional") else plain


def explanation(argument):
    words = " ".join(part for part in (argument.get("abstract"), argument.get("discussion")) if part)
    if argument.get("defaultValue") and argument["kind"] != "flag":
        words += f" (default: {argument['defaultValue']})"
    if argument.get("allValues"):
        words += f" (values: {', '.join(argument['allValues'])})"
    return text(words or "As its name says.")


class Page:
    def __init__(self, command, path, version):
        self.command, self.path = command, path
        name = "-".join(path)
        abstract = (command.get("abstract") or "a command of Ronde").rstrip(".")
        self.lines = [
            f'.TH "{name.upper()}" 1 "" "Ronde {version}" "Ronde"',
            ".ad l", ".nh", ".SH NAME", f"{text(name)} \\- {text(abstract)}", ".SH SYNOPSIS",
        ]

    def write(self, folder):
        self.synopsis()
        if self.command.get("discussion"):
            # Its lines are short and laid out as they are meant to be.
            self.add(".SH DESCRIPTION", ".nf", text(self.command["discussion"]), ".fi")
        self.arguments("ARGUMENTS", [a for a in shown(self.command, "arguments") if a["kind"] == "positional"])
        self.arguments("OPTIONS", [a for a in shown(self.command, "arguments") if a["kind"] != "positional"])
        self.commands()
        if len(self.path) == 1:
            self.files()
        self.see_also()
        (folder / f"{'-'.join(self.path)}.1").write_text("\n".join(self.lines) + "\n", encoding="utf-8")

    def add(self, *lines):
        self.lines += lines

    def synopsis(self):
        start = f"\\fB{text(' '.join(self.path))}\\fR"
        arguments = [a for a in shown(self.command, "arguments") if not set(names(a)) & {"--help", "--version"}]
        if self.subcommands():
            arguments_text = "\\fIcommand\\fR ..."
        else:
            arguments_text = " ".join(usage(argument) for argument in arguments)
        self.add(f"{start} {arguments_text}".rstrip())

    def subcommands(self):
        return [c for c in shown(self.command, "subcommands") if c["commandName"] != "help"]

    def arguments(self, title, arguments):
        if not arguments:
            return
        self.add(f".SH {title}")
        for argument in arguments:
            self.add(".TP")
            if argument["kind"] == "positional":
                self.add(f"\\fI{value(argument)}\\fR")
            else:
                spellings = ", ".join(f"\\fB{text(name)}\\fR" for name in names(argument))
                self.add(spellings + (f" \\fI{value(argument)}\\fR" if argument["kind"] == "option" else ""))
            self.add(explanation(argument))

    def commands(self):
        if not self.subcommands():
            return
        self.add(".SH COMMANDS")
        for command in self.subcommands():
            name = text("-".join(self.path + [command["commandName"]]))
            self.add(".TP", f"\\fB{name}\\fR(1)", text(command.get("abstract") or ""))

    def files(self):
        self.add(
            ".SH FILES", ".TP", "\\fI/etc/ronde/ronde.yaml\\fR",
            "The configuration, where there is no ronde.yaml in the current folder or one above it.",
            ".TP", "\\fI/etc/ronde/schedules\\fR", "The checklists, where that configuration names no other folder.",
            ".TP", "\\fI/var/lib/ronde\\fR", "State, reports and backups, where that configuration names no others.")

    def see_also(self):
        others = [self.path + [command["commandName"]] for command in self.subcommands()]
        if len(self.path) > 1:
            others.insert(0, self.path[:-1])
        if others:
            self.add(".SH SEE ALSO", ",\n".join(f"\\fB{text('-'.join(other))}\\fR(1)" for other in others))


def write(command, above, folder, version):
    path = above + [command["commandName"]]
    page = Page(command, path, version)
    page.write(folder)
    for subcommand in page.subcommands():
        write(subcommand, path, folder, version)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(json.load(sys.stdin)["command"], [], Path(sys.argv[1]), sys.argv[2])


main()
