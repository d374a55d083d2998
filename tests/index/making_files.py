"""Files of every format, made by hand: PDFs from their operators, Office files from their parts, e-mails."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

_FONTS = "/F1 3 0 R /F2 4 0 R"
_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def line(text: str, x: float = 50, y: float = 700, size: float = 10, font: str = "F1", before: str = "") -> str:
    """Return the operators that show a line of text; `before` stands before it, within the text object."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {before} /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET"


def lines(*texts: str, x: float = 50, top: float = 700, pitch: float = 12, size: float = 10, font: str = "F1") -> str:
    """Return the operators of lines under each other."""
    return "\n".join(line(text, x, top - pitch * number, size, font) for number, text in enumerate(texts))


def pdf(
    *pages: str,
    catalog: str = "",
    resources: str = "",
    page: str = "",
    info: Mapping[str, str] | None = None,
    objects: Sequence[str] = (),
) -> bytes:
    """Return a PDF of pages with these contents; F1 is Helvetica, F2 bold. `objects` are numbered from 10."""
    found: dict[int, bytes] = {3: _FONT.format("Helvetica").encode(), 4: _FONT.format("Helvetica-Bold").encode()}
    found |= {10 + number: text.encode("latin-1") for number, text in enumerate(objects)}
    kids = []
    for number, content in enumerate(pages):
        place, data = 100 + 2 * number, content.encode("cp1252")
        kids.append(f"{place} 0 R")
        found[place + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
        found[place] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {place + 1} 0 R {page} "
            f"/Resources << /Font << {_FONTS} >> {resources} >> >>"
        ).encode()
    found[1] = f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode()
    found[2] = f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(kids)}] >>".encode()
    found[5] = ("<< " + " ".join(f"/{key} ({value})" for key, value in (info or {}).items()) + " >>").encode("cp1252")
    return _with_table(found)


def _with_table(found: Mapping[int, bytes]) -> bytes:
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = {}
    for number, content in sorted(found.items()):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start, size = out.tell(), max(found) + 1
    out.write(b"xref\n0 %d\n" % size)
    for number in range(size):
        free = b"0000000000 65535 f \n"
        out.write(b"%010d 00000 n \n" % places[number] if number in places else free)
    out.write(b"trailer << /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, start))
    return out.getvalue()


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return packed.getvalue()


def docx(
    body: str, styles: str = "", core: str = "", numbering: str = "", more: Mapping[str, str] | None = None
) -> bytes:
    """Return a Word document with this body; `more` are further parts by name."""
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{rels}/{name}" Target="{name}.xml"/>'
        for number, name in enumerate(("styles", "numbering", "footnotes"))
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        f'PartName="/word/document.xml" ContentType="{types}.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{rels}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">{inner}</Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{_W}">{styles}</w:styles>',
        "word/numbering.xml": f'<w:numbering xmlns:w="{_W}">{numbering}</w:numbering>',
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{_W}"/>',
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"{core}</cp:coreProperties>",
    }
    return archive(parts | dict(more or {}))


def paragraph(text: str, run: str = "", properties: str = "") -> str:
    """Return a paragraph of a Word document; `run` and `properties` are those of its letters and of itself."""
    return (
        f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"
    )


def mail(
    text: str = "",
    html: str = "",
    *,
    subject: str = "The plant",
    sender: str = "Ines Calder <ines@vanday.example>",
    date: str = "Fri, 07 Mar 2025 10:00:00 +0100",
    attachments: Sequence[str] = (),
) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = subject, sender, date
    if text:
        message.set_content(text)
    if html and text:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    for name in attachments:
        message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()
