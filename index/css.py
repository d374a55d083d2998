"""What a page's own style sheets and style attributes say about each of its elements."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import tinycss2
from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_selectors

_MAX_CSS = 2_000_000
_MAX_RULES = 20_000
_SCREEN_WIDTH = 1_200  # pixels: the page as it is seen on a desk
_WIDTH = re.compile(r"(min|max)-width\s*:\s*([\d.]+)(px|r?em)")
_NAMES = re.compile(r"(?<!:)([.#])((?:[\w-]|\\.)+)")

_Rank = tuple[bool, tuple[int, int, int, int], int]


def styles_of(tree: Any, properties: frozenset[str]) -> dict[Any, dict[str, str]]:
    """Return for the elements of `tree` those declarations of `properties` that win, in lower case.

    Style sheets that the page only links to are not known. What applies to print or to small
    screens only is left out.
    """
    ranked: defaultdict[Any, dict[str, tuple[_Rank, str]]] = defaultdict(dict)
    css = "\n".join(_sheets(tree))[:_MAX_CSS]
    names = _names_in(tree)
    for order, rule in enumerate(_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))):
        if order == _MAX_RULES:
            break
        if declarations := list(_declarations(rule.content, properties)):
            for element, specificity in _matches(tree, tinycss2.serialize(rule.prelude), names):
                for name, value, important in declarations:
                    _offer(ranked[element], name, value, (important, (0, *specificity), order))
    for element in tree.iter():
        if style := isinstance(element.tag, str) and element.get("style"):
            content = tinycss2.parse_component_value_list(style[:10_000])
            for name, value, important in _declarations(content, properties):
                _offer(ranked[element], name, value, (important, (1, 0, 0, 0), 0))
    return {element: {name: value for name, (_, value) in found.items()} for element, found in ranked.items()}


def _offer(found: dict[str, tuple[_Rank, str]], name: str, value: str, rank: _Rank) -> None:
    if name not in found or rank >= found[name][0]:
        found[name] = (rank, value)


def _sheets(tree: Any) -> Iterator[str]:
    for sheet in tree.iter("style"):
        if sheet.text and _applies(sheet.get("media", "")):
            yield re.sub(r"<!--|-->", "", sheet.text)


def _applies(media: str) -> bool:
    """Whether a media query is true of a desk's screen."""
    media = media.lower()
    if not media.strip():
        return True
    for bound, number, unit in _WIDTH.findall(media):
        pixels = float(number) * (1 if unit == "px" else 16)
        if (pixels > _SCREEN_WIDTH) == (bound == "min") and pixels != _SCREEN_WIDTH:
            return False
    return not re.search(r"\b(?:print|speech|prefers|forced|not)\b", media)


def _rules(nodes: Sequence[Any]) -> Iterator[Any]:
    """Yield the rules of a style sheet, those of its groups too."""
    for node in nodes:
        if node.type == "qualified-rule":
            yield node
        elif node.type == "at-rule" and node.content and _is_group(node):
            yield from _rules(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True))


def _is_group(node: Any) -> bool:
    """Whether the rules in an at-rule apply to the page."""
    if node.lower_at_keyword == "media":
        return _applies(tinycss2.serialize(node.prelude))
    return node.lower_at_keyword in ("supports", "layer")


def _declarations(content: Sequence[Any], properties: frozenset[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield name, value and importance of the declarations of `properties`."""
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration" and node.lower_name in properties:
            yield node.lower_name, tinycss2.serialize(node.value).strip().lower(), node.important


def _names_in(tree: Any) -> frozenset[str]:
    """Return the classes and ids of the page, '.' or '#' before them."""
    names: set[str] = set()
    for element in tree.iter():
        if isinstance(element.tag, str):
            names.update(f".{name}" for name in element.get("class", "").split())
            names.add(f"#{element.get('id')}")
    return frozenset(names)


def _matches(tree: Any, prelude: str, names: frozenset[str]) -> Iterator[tuple[Any, tuple[int, int, int]]]:
    """Yield the elements that selectors match, and how specific the match is."""
    if ":not(" not in prelude and all(not _may_match(part, names) for part in prelude.split(",")):
        return
    try:
        selectors = parse_selectors(prelude)
    except SelectorError:
        return
    for selector in selectors:
        if selector.pseudo_element:
            continue
        try:
            path = HTMLTranslator().selector_to_xpath(selector, prefix="descendant-or-self::")
        except SelectorError:
            continue
        yield from ((element, selector.specificity()) for element in tree.xpath(path))


def _may_match(selector: str, names: frozenset[str]) -> bool:
    return all(f"{kind}{name}".replace("\\", "") in names for kind, name in _NAMES.findall(selector))
