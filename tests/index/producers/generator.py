"""Turn the articles into HTML, and have a browser and a word processor print it."""

import html
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ARTICLES = Path(__file__).with_name("articles.yaml")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
OFFICE = ("soffice", "libreoffice")
PRODUCERS = ("browser", "browser-columns", "office", "docx")
MISSING = (
    "a browser, a word processor or a Chinese font is missing; install them: "
    "apt-get install chromium libreoffice-writer fontconfig fonts-dejavu-core fonts-wqy-microhei"
)
_SECONDS = 180

_PRINT = """@page {{ size: 140mm 170mm; margin: 22mm 16mm 20mm;
  font: 8pt "DejaVu Sans"; @top-left {{ content: "{header}"; }} @bottom-right {{ content: counter(page); }} }}
body {{ font: 10.5pt/1.4 "DejaVu Serif", "WenQuanYi Micro Hei", serif; margin: 0; }}
td, th {{ padding: 3pt 8pt; text-align: left; }} .break {{ break-before: page; }}"""
_STYLES = {
    "browser": _PRINT,
    "browser-columns": _PRINT
    + """.body {{ columns: 2; column-gap: 7mm; text-align: justify; }} @page {{ size: 190mm 200mm; }}
  table {{ break-inside: avoid; font-size: 9pt; }} body {{ font-size: 9.5pt; }} .break {{ break-before: auto; }}
  p {{ margin: 0; text-indent: 1.2em; }} h1 + p, h2 + p, h3 + p, p.top {{ text-indent: 0; }}
  ul, ol {{ margin: 3pt 0; }}""",
    "office": """@page {{ size: 14cm 17cm; margin: 2cm 1.6cm; }} .break {{ page-break-before: always; }}
  body {{ font-family: "DejaVu Serif"; font-size: 10pt; }}""",
}


@dataclass(frozen=True)
class Article:
    """An article with what must be read of it."""

    fields: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """The kind and text of each block but the title, byline and date."""
        return list(_blocks(self.fields["body"]))


def articles() -> list[Article]:
    return [Article(fields) for fields in yaml.safe_load(ARTICLES.read_text(encoding="utf-8"))]


def are_here() -> bool:
    """Whether both producers are installed, and letters for the Chinese article."""
    if not (_find(CHROMIUM) and _find(OFFICE) and shutil.which("fc-list")):
        return False
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, timeout=_SECONDS, check=False)
    return bool(fonts.stdout.strip())


def produce(folder: Path) -> None:
    """Write `NAME.PRODUCER.pdf` and `NAME.docx` for every article into `folder`."""
    pages: dict[str, list[Path]] = {}
    for article in articles():
        for producer, style in _STYLES.items():
            page = folder / f"{article.name}.{producer}.html"
            page.write_text(_page(article, style, producer), encoding="utf-8")
            pages.setdefault(producer, []).append(page)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_print_page, [*pages["browser"], *pages["browser-columns"]]))
    _convert(folder, pages["office"], "pdf:writer_pdf_Export")
    _convert(folder, pages["office"], "docx")
    for path in folder.glob("*.office.docx"):
        path.rename(path.with_name(path.name.replace(".office", "")))


def _find(names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


def _print_page(page: Path) -> None:
    profile = page.with_suffix(".profile")
    command = [
        _find(CHROMIUM) or CHROMIUM[0], "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--user-data-dir={profile}", f"--print-to-pdf={page.with_suffix('.pdf')}", page.as_uri(),
    ]  # fmt: skip
    _run(command)
    shutil.rmtree(profile, ignore_errors=True)


def _convert(folder: Path, pages: list[Path], to: str) -> None:
    profile = f"-env:UserInstallation={(folder / 'office-profile').as_uri()}"
    command = [_find(OFFICE) or OFFICE[0], profile, "--headless", "--infilter=HTML (StarWriter)", "--convert-to", to]
    _run([*command, "--outdir", str(folder), *map(str, pages)])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, f"{command[0]} failed: {done.stderr[-500:]}"


def _page(article: Article, style: str, producer: str) -> str:
    fields = article.fields
    by = {"en": "By {}", "zh": "作者：{}", "de": "Von {}", "es": "Por {}"}[fields["language"]].format(fields["author"])
    content = "\n".join(_elements(fields["body"], hyphenate=producer == "browser-columns"))
    return f"""<!DOCTYPE html><html lang="{fields["language"]}"><head><meta charset="utf-8">
<title>{html.escape(fields["title"])}</title><meta name="author" content="{html.escape(fields["author"])}">
<style>{style.format(header=fields["header"])}</style></head><body><h1>{html.escape(fields["title"])}</h1>
<p class="top">{by}</p><p class="top">{fields["date"]}</p>
<div class="body">{content}</div></body></html>"""


def _elements(body: list[dict[str, Any]], *, hyphenate: bool) -> Iterator[str]:
    breaks = ""
    for item in body:
        ((kind, content),) = item.items()
        if kind == "page":
            breaks = ' class="break"'
            continue
        match kind:
            case "ul" | "ol":
                yield _list(kind, content)
            case "table":
                rows = [[html.escape(str(cell)) for cell in row] for row in content]
                head = "".join(f"<th>{cell}</th>" for cell in rows[0])
                cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows[1:])
                yield f'<table border="1" cellspacing="0"><tr>{head}</tr>{cells}</table>'
            case "quote":
                yield f"<blockquote>{html.escape(content)}</blockquote>"
            case _:
                text = html.escape(content, quote=False)
                yield f"<{kind}{breaks}>{_with_soft_hyphens(text) if hyphenate and kind == 'p' else text}</{kind}>"
        breaks = ""


def _list(kind: str, items: list[Any]) -> str:
    parts = []
    for item in items:
        inner = (
            "".join(_list(name, item[name]) for name in ("ul", "ol") if name in item) if isinstance(item, dict) else ""
        )
        parts.append(f"<li>{html.escape(item['text'] if isinstance(item, dict) else item)}{inner}</li>")
    return f"<{kind}>{''.join(parts)}</{kind}>"


def _with_soft_hyphens(text: str) -> str:
    """Let long words be broken between a consonant and the next syllable."""
    return re.sub(
        r"[A-Za-z]{8,}", lambda word: re.sub(r"(?<=[a-z]{3})(?=[bcdfglmnprstv][aeiou][a-z]{2})", "&shy;", word[0]), text
    )


def _blocks(body: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for item in body:
        ((kind, content),) = item.items()
        match kind:
            case "h2" | "h3":
                yield "heading", content
            case "p" | "quote":
                yield "paragraph", content
            case "ul" | "ol":
                yield from (("list", text) for text in _items(content))
            case "table":
                yield from (("table", " | ".join(map(str, row))) for row in content)


def _items(items: list[Any]) -> Iterator[str]:
    for item in items:
        yield item["text"] if isinstance(item, dict) else item
        if isinstance(item, dict):
            yield from _items(item.get("ul") or item["ol"])
