"""Tell what a file is from its bytes, whatever its name says."""

import re
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

_HEAD = 1_024
_PAGE = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)[\s>]", re.I | re.S)
_MARKS = {
    b"{\\rtf": "an RTF document",
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"RIFF": "a picture, sound or film",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\0": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"SQLite format 3\0": "a database",
    b"\x7fELF": "a program",
    b"MZ\x90\0": "a program",
    b"%!PS": "a PostScript file",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS = {  # what an Office file has in its zip archive
    "word/document.xml": ("a Word document", ".docx"),
    "xl/workbook.xml": ("an Excel workbook", ".xlsx"),
    "xl/workbook.bin": ("an Excel workbook (.xlsb)", None),
    "ppt/presentation.xml": ("a PowerPoint presentation", None),
}
_MIME_TYPES = {
    b"application/vnd.oasis.opendocument.text": "an OpenDocument text (.odt)",
    b"application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet (.ods)",
    b"application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation (.odp)",
    b"application/epub+zip": "an e-book (.epub)",
}


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: its name with an article, and the ending it is read under, None if it is not read."""

    name: str
    ending: str | None = None


def recognise(data: bytes) -> Content | None:
    """Return what `data` is by its marks, or None: text of some kind, or bytes without a known mark."""
    head = data[:_HEAD]
    if b"%PDF-" in head:
        return Content("a PDF", ".pdf")
    if head.startswith(b"PK\x03\x04"):
        return _recognise_archive(data)
    if head.startswith(_OLE):
        is_locked = "EncryptedPackage".encode("utf-16-le") in data
        return Content("an Office file with a password" if is_locked else "an Office file of the old kind (.doc, .xls)")
    if _PAGE.match(data[: 4 * _HEAD].removeprefix(b"\xef\xbb\xbf")):
        return Content("an HTML page", ".html")
    return next((Content(name) for mark, name in _MARKS.items() if head.startswith(mark)), None)


def _recognise_archive(data: bytes) -> Content:
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            for part, (name, ending) in _PARTS.items():
                if part in names:
                    return Content(name, ending)
            mime_type = archive.open("mimetype").read(100).strip() if "mimetype" in names else b""
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return Content("a damaged zip archive or Office file")
    return Content(_MIME_TYPES.get(mime_type, "a zip archive"))
