"""Read YAML and remember on which line everything stands."""

from pathlib import Path

import yaml

from assistant.evaluation.errors import QuestionSetError


class LinedYaml:
    """A YAML file's content, with the line (from 1) of every value in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._root = _compose(path)
        self.content = _construct(path, self._root)

    def line(self, location: tuple[str | int, ...]) -> int:
        """Return the line of the value at `location`, or of the nearest one above it that exists."""
        node, line = self._root, 1
        for step in location:
            found = _child(node, step)
            if found is None:
                break
            node, line = found
        return line

    def error(self, location: tuple[str | int, ...], message: str) -> QuestionSetError:
        """Return an error that names the file, the line of `location` and what is wrong there."""
        return QuestionSetError(f"{self.path}:{self.line(location)}: {message}")


def _compose(path: Path) -> yaml.Node:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise QuestionSetError(f"{path}:{line}: this is not YAML: {error.problem}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise QuestionSetError(
            f"{path}: the question set cannot be read ({error}); give a YAML file in UTF-8"
        ) from error
    if root is None:
        raise QuestionSetError(f"{path}:1: the file is empty; write 'corpus:' and 'questions:'")
    _refuse_repeated_keys(path, root)
    return root


def _construct(path: Path, root: yaml.Node) -> object:
    constructor = yaml.constructor.SafeConstructor()
    try:
        content: object = constructor.construct_document(root)
    except (yaml.MarkedYAMLError, ValueError) as error:
        raise QuestionSetError(f"{path}:{root.start_mark.line + 1}: a value cannot be read: {error}") from error
    return content


def _refuse_repeated_keys(path: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(path, item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise QuestionSetError(f"{path}:{key.start_mark.line + 1}: '{key.value}' is given twice; keep one")
            seen.add(key.value)
            _refuse_repeated_keys(path, value)


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item: yaml.Node = node.value[step]
        return item, item.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, key.start_mark.line + 1
    return None
