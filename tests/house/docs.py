# SPDX-License-Identifier: ISC
"""Compares the tables (.def) with the manuals, and headers with the rule that
every prototype has a comment directly above it; prototypes that follow each
other without a blank line share one. One line a fault."""

import pathlib
import re
import sys

top = pathlib.Path(sys.argv[1])
faults = []


def fault(where, text):
    faults.append(f"{where}: {text}")


def read(name):
    """The text of a file of ours; a missing one is a fault and empty."""
    path = top / name
    if not path.exists():
        fault(name, "is missing")
        return ""
    return path.read_text(encoding="utf-8")


def rows(name, macro):
    """The arguments of each row of a table, strings without their quotes."""
    text = re.sub(r"/\*.*?\*/", "", read(name), flags=re.S)
    for row in re.findall(rf"^{macro}\((.*)\)\s*$", text, flags=re.M):
        cells = re.findall(r'\s*((?:"(?:[^"\\]|\\.)*"|[^",])+)', row)
        yield [c.strip().strip('"') if c.strip().startswith('"')
               and c.strip().count('"') == 2 else c.strip() for c in cells]


def entries(name):
    """Words of each .It of a manual, and the section that it stands in."""
    section = ""
    for line in read(name).splitlines():
        if line.startswith((".Sh ", ".Ss ")):
            section = line[4:].strip()
        elif line.startswith(".It "):
            yield section, line.split()[1:]


def same(table, names, manual, described):
    for name in names:
        if name not in described:
            fault(manual, f'has no entry for "{name}" of {table}')
    for name in described:
        if name not in names:
            fault(manual, f'describes "{name}", which is not in {table}')
    for name in sorted(set(described)):
        if described.count(name) > 1:
            fault(manual, f'describes "{name}" twice')


def settings():
    """Names, types, defaults and bounds."""
    table, manual = "milter/base/conf.def", "milter/base/sekimori.conf.5"
    said = {w[1]: " ".join(w[2:]) for _, w in entries(manual)
            if w[0] == "Ic" and len(w) > 1}
    described = [w[1] for _, w in entries(manual) if w[0] == "Ic"]
    wanted = {}
    for kind, name, initial, least, most, _ in rows(table, "CONF"):
        if initial.startswith("SKM_"):
            default = "set by configure"
        else:
            default = initial or "empty"
        if most != "0":
            default += f", {least} to {most}"
        wanted[name] = f"Pq {kind}; default: {default}"
    same(table, wanted, manual, described)
    for name, text in wanted.items():
        if name in said and said[name].replace('"', "") != text:
            fault(manual, f"{name}: {text!r} expected, not {said[name]!r}")


def facts():
    table, manual = "policy/facts.def", "policy/sekimori-facts.7"
    names = [row[1] for row in rows(table, "FACT")]
    described = [w[1] for _, w in entries(manual)
                 if len(w) > 1 and w[0] in ("Ic", "Cm", "Sy", "Li", "Ql")]
    same(table, names, manual, described)


def verdicts():
    """Only the section on verdicts: the page describes other words as well."""
    table, manual = "policy/verdicts.def", "policy/sekimori-policy.5"
    names = [row[1] for row in rows(table, "VERDICT")]
    described = [w[1] for section, w in entries(manual)
                 if "verdict" in section.lower() and len(w) > 1]
    same(table, names, manual, described)


def commands():
    manual = "milter/run/sekimorictl.1"
    page = read(manual)
    words = []
    for table in ("milter/run/commands.def", "milter/run/commands_rooted.def"):
        for row in rows(table, "COMMAND"):
            words.append(row[0])
            for option in re.findall(r"--([a-z-]+)", row[1]):
                if not re.search(rf"\s-{option}(?![a-z-])", page):
                    fault(manual, f"does not name --{option} of {row[0]}")
    described = []
    for _, w in entries(manual):
        if w[0] == "Ic":
            end = next((i for i, x in enumerate(w) if i and x[:1].isupper()),
                       len(w))
            described.append(" ".join(w[1:end]))
    same("the command tables", words, manual, described)


def depths(lines):
    """Each line with the depth of braces before it, outside directives."""
    depth, comment, directive = 0, False, False
    for number, line in enumerate(lines, 1):
        code = line
        if comment:
            code = line.partition("*/")[2] if "*/" in line else ""
            comment = "*/" not in line
        code = re.sub(r"/\*.*?\*/", "", code)
        if "/*" in code:
            code, comment = code.partition("/*")[0], True
        was, directive = directive, (code.startswith("#") or directive) \
            and code.endswith("\\")
        if was or code.startswith("#"):
            code = ""
        yield number, code.strip(), depth
        depth += code.count("{") - code.count("}")


def prototypes(path):
    """A statement at the top level with a ( in it is one."""
    name = path.relative_to(top)
    lines = path.read_text(encoding="utf-8").splitlines()
    begin, statement, told = 0, "", 0
    for number, code, depth in depths(lines):
        if not code or depth > 0:
            continue
        if not statement:
            begin = number
        statement += " " + code
        if not code.endswith((";", "{", "}")):
            continue
        if re.match(r" (?!struct \w+ \{|enum)[^=]*\w+\s*\(", statement):
            if lines[begin - 2].rstrip().endswith("*/") or told == begin - 1:
                told = number
            else:
                function = re.search(r"(\w+)\s*\(", statement).group(1)
                fault(f"{name}:{begin}",
                      f"{function}() has no comment directly above it")
        statement = ""


settings()
facts()
verdicts()
commands()
for folder in ("milter", "policy", "certs"):
    for header in sorted((top / folder).rglob("*.h")):
        prototypes(header)
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults else 0)
