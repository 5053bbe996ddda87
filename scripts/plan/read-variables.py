"""Names of environment variables that Python sources read.

Reads {"path": "source", …} as JSON on standard input and writes [[name, path, line], …].
"""

import ast
import json
import re
import sys

NAME = re.compile(r"[A-Z][A-Z0-9_]+\Z")
MAPPINGS = {"environ", "env"}
FUNCTIONS = frozenset({"getenv", "env", "config", "decouple_config"})
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
METHODS = {"get", "pop", "setdefault", "str", "bool", "int", "float", "list", "json", "url", "db", "db_url", "path"}


def last_name(node):
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def reads_environment(function, own):
    if last_name(function) in FUNCTIONS | own:
        return True
    return isinstance(function, ast.Attribute) and function.attr in METHODS and last_name(function.value) in MAPPINGS


def key_of(node, own):
    if isinstance(node, ast.Call) and node.args and reads_environment(node.func, own):
        return node.args[0]
    if isinstance(node, ast.Subscript) and last_name(node.value) in MAPPINGS and isinstance(node.ctx, ast.Load):
        return node.slice
    if isinstance(node, ast.Compare) and last_name(node.comparators[0]) in MAPPINGS:
        return node.left
    return None


def own_functions(tree):
    """Functions whose first parameter is the name of a variable that they read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.args.args:
            keys = (key_of(inner, frozenset()) for inner in ast.walk(node))
            if any(isinstance(key, ast.Name) and key.id == node.args.args[0].arg for key in keys):
                yield node.name


def of_requests(tree):
    """Reads in functions that are given a mapping of that name, as WSGI applications are (PEP 3333)."""
    for function in ast.walk(tree):
        if isinstance(function, FUNCTION) and any(given.arg in MAPPINGS for given in function.args.args):
            for node in ast.walk(function):
                if not any(isinstance(part, ast.Attribute) and part.attr in MAPPINGS for part in ast.walk(node)):
                    yield node


def variables(path, tree, own):
    requests = set(of_requests(tree))
    for node in ast.walk(tree):
        key = None if node in requests else key_of(node, own)
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and NAME.match(key.value):
            yield [key.value, path, node.lineno]


def parsed(sources):
    for path in sorted(sources):
        try:
            yield path, ast.parse(sources[path])
        except (SyntaxError, ValueError):
            continue


def main():
    trees = list(parsed(json.load(sys.stdin)))
    own = frozenset(name for _, tree in trees for name in own_functions(tree))
    json.dump([row for path, tree in trees for row in sorted(variables(path, tree, own))], sys.stdout)


main()
