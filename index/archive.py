"""Open the zip archives that Office files are, without trusting what they say about their size."""

from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from index.errors import LoadError

MAX_UNPACKED = 200_000_000
_DAMAGE = (BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the parts of an archive by name; raise LoadError for one that is damaged, locked or too large."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
            if size > MAX_UNPACKED:
                raise LoadError(f"Unpacked it is {size:,} bytes, over the limit of {MAX_UNPACKED:,}; split the file.")
            return {item.filename: archive.read(item) for item in archive.infolist() if not item.is_dir()}
    except _DAMAGE as error:
        raise LoadError(f"It is damaged ({error}); save it again.") from error


def pack(parts: dict[str, bytes]) -> bytes:
    """Return an archive of these parts."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def parse_part(content: bytes) -> Any:
    """Return the root of an XML part; raise LoadError for what is no XML, or declares entities."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise LoadError(f"It is damaged ({error}); save it again.") from error
    if root.getroottree().docinfo.doctype:
        raise LoadError("It declares a document type, which no Office file does; save it again.")
    return root
