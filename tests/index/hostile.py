"""Files that are empty, cut short, encrypted, lying or bombs, made here; none holds a sentence to quote."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

_MB = 1_000_000
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")  # what an encrypted Office file begins with
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{_LAUGHS}]>'
_PASSWORDS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]>'


def write_hostile_files(folder: Path) -> list[Path]:
    """Write every hostile file into `folder`; return their paths."""
    paths = []
    for name, make in HOSTILE.items():
        path = folder / name
        path.write_bytes(make())
        paths.append(path)
    large = folder / "large.txt"
    with large.open("wb") as file:
        file.truncate(100 * _MB)
    return [*paths, large]


def pdf(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of numbered objects, the first of which is the catalogue."""
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    tail = b"trailer\n<</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, trailer, len(out))
    return out + head + table + tail


def stream(data: bytes, fields: bytes = b"") -> bytes:
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(data), fields, data)


def page_with(content: bytes) -> bytes:
    catalog, pages = b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [3 0 R] /Count 1>>"
    return pdf([catalog, pages, b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R>>", content])


def zipped(members: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def office(main: str, kind: str, members: dict[str, bytes | str]) -> bytes:
    """Return an Office file whose main part is `main`."""
    types = (
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>'
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
            "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{relation}" Target="{main}"/></Relationships>',
            **members,
        }
    )


def docx(document: bytes | str, **members: bytes | str) -> bytes:
    return office("word/document.xml", "wordprocessingml.document", {"word/document.xml": document, **members})


def xlsx(sheet: bytes | str) -> bytes:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    members: dict[str, bytes | str] = {
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{relation}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet,
    }
    return office("xl/workbook.xml", "spreadsheetml.sheet", members)


def deflated(size: int, times: int = 1) -> bytes:
    """Return `size` zero bytes, packed `times` over."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(_MB)) for _ in range(size // _MB)) + packer.flush()
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


def nested_mail(depth: int) -> bytes:
    heads = (f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return ("From: a@example.com\nSubject: x\nMIME-Version: 1.0\n" + "".join(heads)).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    # Text
    "empty.txt": lambda: b"",
    "blank.md": lambda: b"\n \t\n\xc2\xa0\n",
    "only-marks.txt": lambda: b"\xff\xfe",
    "zeros.txt": lambda: bytes(_MB),
    "every-byte.txt": lambda: bytes(range(256)) * 40,
    "picture.txt": lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 99,
    "program.md": lambda: b"\x7fELF\2\1\1" + bytes(9_000),
    "invisible.txt": lambda: "\u200b\u2060\ufeff\u202e".encode() * 9_000,
    "only-a-heading.md": lambda: b"# A heading",
    "front-matter-broken.md": lambda: b"---\ntitle: [\n---\nText.",
    "front-matter-program.md": lambda: b"---\ntitle: !!python/object/apply:os.system ['exit 3']\n---\nText.",
    "front-matter-bomb.md": lambda: (
        b"---\na0: &a0 [x,x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10))
        + b"title: *a9\n---\n"
    ),
    # HTML
    "scripts.html": lambda: (
        b"<html><head><title>T</title></head><body><script>%s</script></body></html>" % (b"x()" * 99)
    ),
    "deep.html": lambda: b"<div>" * 200_000,
    "attributes.html": lambda: b"<p " + b"a" * 3 * _MB + b">",
    "packed.html": lambda: zlib.compress(b"<p>Text.</p>" * 999),
    "truncated.html": lambda: b"<html><head><title>A",
    # PDF
    "empty.pdf": lambda: b"",
    "truncated.pdf": lambda: page_with(stream(b"BT ET"))[:150],
    "no-pdf.pdf": lambda: b"This only says that it is one.",
    "page.pdf": lambda: b"<html><body></body></html>",
    "encrypted.pdf": lambda: pdf(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [] /Count 0>>",
            b"<</Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s>>>" % (b"41" * 32, b"42" * 32),
        ],
        b"/Encrypt 3 0 R /ID [<%s> <%s>]" % (b"43" * 16, b"43" * 16),
    ),
    "bomb.pdf": lambda: page_with(stream(deflated(300 * _MB), b"/Filter /FlateDecode")),
    "double-bomb.pdf": lambda: page_with(stream(deflated(900 * _MB, 2), b"/Filter [/FlateDecode /FlateDecode]")),
    "loop.pdf": lambda: pdf([b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 9>>"]),
    "no-text.pdf": lambda: page_with(stream(b"0 0 9 9 re f")),
    # Office
    "no-zip.docx": lambda: b"no zip",
    "truncated.docx": lambda: docx(f'<w:document xmlns:w="{_WORD}"><w:body/></w:document>')[:300],
    "no-document.docx": lambda: zipped({"../../evil.txt": "x", "/evil.txt": "x"}),
    "encrypted.docx": lambda: _OLE2 + bytes(8_000),
    "bomb.docx": lambda: docx(b" " * 300 * _MB),
    "laughs.docx": lambda: docx(f"{_BILLION_LAUGHS}<x>&l9;</x>"),
    "passwords.docx": lambda: docx(f"{_PASSWORDS}<x>&p;</x>"),
    "deep.docx": lambda: docx(f'<w:document xmlns:w="{_WORD}"><w:body>' + "<w:p>" * 99_000),
    "empty.docx": lambda: docx(f'<w:document xmlns:w="{_WORD}"><w:body/></w:document>'),
    "word.xlsx": lambda: docx(f'<w:document xmlns:w="{_WORD}"><w:body/></w:document>'),
    "bomb.xlsx": lambda: xlsx(b" " * 300 * _MB),
    "laughs.xlsx": lambda: xlsx(f"{_BILLION_LAUGHS}<x>&l9;</x>"),
    "vast.xlsx": lambda: xlsx(
        f'<worksheet xmlns="{_SHEET}"><dimension ref="A1:XFD1048576"/><sheetData><row r="1048576">'
        '<c r="XFD1048576"/></row></sheetData></worksheet>'
    ),
    "slides.pptx": lambda: zipped({"ppt/presentation.xml": "<x/>"}),
    # Tables and mail
    "empty.csv": lambda: b"",
    "commas.csv": lambda: b"," * _MB,
    "nested.eml": lambda: nested_mail(3_000),
    "no-body.eml": lambda: b"From: a@example.com\nContent-Transfer-Encoding: base64\n\n!!!!",
    # Names
    "two\nlines: failed.txt": lambda: b"",
    "\x1b[31mred.txt": lambda: b"",
    "\u202etxt.exe": lambda: b"MZ",
    "-rf.md": lambda: b"",
}
