"""E-mails and pages saved in one file: own words apart from quoted ones, headers as metadata."""

import textwrap

import pytest

from index.errors import LoadError
from index.mail import read_mail, read_saved_page
from index.models import BlockKind, Metadata
from tests.index import making
from tests.index.making import read
from tests.index.making_files import mail

OWN = "The plant in Zhuzhou will open in May, two months later than planned."
MORE = "Hanbei has paid its share of 410 million euros."
QUOTED = "When will the plant in Zhuzhou open at last?"


def quotable(data: bytes) -> list[str]:
    return making.quotable(read("a.eml", data))


def furniture(data: bytes) -> str:
    return " ".join(making.furniture(read("a.eml", data)))


def test_headers_are_metadata():
    data = mail(
        OWN, subject="Zhuzhou – später", sender="Sören Tarn <s@tarn.example>", date="Fri, 7 Mar 2025 23:30:00 -0800"
    )
    assert read_mail(data).metadata == Metadata(title="Zhuzhou – später", author="Sören Tarn", published="2025-03-07")


@pytest.mark.parametrize(
    ("sender", "author"), [("ines@v.example", "ines@v.example"), ('"Calder, Ines" <i@v.example>', "Calder, Ines")]
)
def test_the_author_is_the_sender(sender: str, author: str):
    assert read_mail(mail(OWN, sender=sender)).metadata.author == author


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Mar 2025 10:00:00 +0100"])
def test_a_date_that_is_none_is_unknown(date: str):
    data = mail(OWN).replace(b"Date: Fri, 07 Mar 2025 10:00:00 +0100", f"Date: {date}".encode())
    assert read_mail(data).metadata.published is None


def wrapped(text: str) -> str:
    return textwrap.fill(text, 40)


TAILS = {
    "lines with a mark": f"On Thu, 6 Mar 2025 at 09:00, Ines Calder <ines@v.example> wrote:\n\n> {QUOTED}\n> Ines",
    "a broken announcement": f"On Thu, 6 Mar 2025 at 09:00, Ines Calder\n<ines@v.example> wrote:\n> {QUOTED}",
    "no marks": f"On 6 March 2025, Ines Calder wrote:\n\n{QUOTED}\n\nInes",
    "an original message": f"-----Original Message-----\nFrom: Ines\nSent: Thursday\nSubject: Plant\n\n{QUOTED}",
    "headers only": f"From: Ines <ines@v.example>\nSent: 6 March 2025\nTo: Tarn\nSubject: Plant\n\n{QUOTED}",
    "a line and headers": f"________________\nFrom: Ines Calder\nDate: Thursday\nSubject: Plant\n\n{QUOTED}",
    "german": f"Am 06.03.2025 um 09:00 schrieb Ines Calder:\n> {QUOTED}",
    "french": f"Le 6 mars 2025 à 09:00, Ines Calder a écrit :\n> {QUOTED}",
    "chinese": f"在 2025年3月6日,Ines Calder <ines@v.example> 写道:\n> {QUOTED}",
    "a signature": f"-- \nSören Tarn\nHead of Ventures, {QUOTED}",
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_what_is_quoted_is_furniture(tail: str):
    data = mail(f"{wrapped(OWN)}\n\n{wrapped(MORE)}\n\n{tail}\n", subject="Re: Plant")
    assert quotable(data) == [OWN, MORE]
    assert QUOTED in furniture(data)


def test_answers_between_the_quoted_lines_are_the_messages_own():
    data = mail(f"On 6 March 2025, Ines Calder wrote:\n> {QUOTED}\n\n{OWN}\n\n> Who has paid?\n{MORE}\n")
    assert quotable(data) == [OWN, MORE]


def test_what_is_forwarded_is_content():
    head = "---------- Forwarded message ---------\nFrom: Ines Calder\nDate: Thu\nSubject: Plant\nTo: Tarn\n"
    data = mail(f"See below.\n\n{head}\n{OWN}\n\n{MORE}\n", subject="Fwd: Plant")
    assert quotable(data) == ["See below.", OWN, MORE]


def test_headers_below_a_forwarding_subject_head_what_is_forwarded():
    data = mail(f"See below.\n\nFrom: Ines Calder\nSent: Thursday\nSubject: Plant\n\n{OWN}\n", subject="FW: Plant")
    assert quotable(data) == ["See below.", OWN]


def test_a_message_of_nothing_but_quotes_is_read():
    assert quotable(mail(f"> {OWN}\n> {MORE}\n")) == [OWN, MORE]


HTML_TAILS = {
    "gmail": '<div class="gmail_quote"><div>On 6 March Ines wrote:</div><blockquote><p>{}</p></blockquote></div>',
    "outlook": '<div id="divRplyFwdMsg"><b>From:</b> Ines<br><b>Sent:</b> Thu<br><b>Subject:</b> A</div><div>{}</div>',
    "outlook, without a mark": "<p><b>From:</b> Ines<br><b>Sent:</b> Thursday<br><b>Subject:</b> Plant</p><p>{}</p>",
    "apple": '<p>On 6 March 2025, Ines wrote:</p><blockquote type="cite"><p>{}</p></blockquote>',
    "thunderbird": '<div class="moz-cite-prefix">On 06.03, Ines wrote:</div><blockquote type="cite">{}</blockquote>',
}


@pytest.mark.parametrize("tail", HTML_TAILS.values(), ids=HTML_TAILS)
def test_what_is_quoted_in_html_is_furniture(tail: str):
    data = mail(html=f"<html><body><p>{OWN}</p><p>{MORE}</p>{tail.format(QUOTED)}</body></html>", subject="Re: Plant")
    assert quotable(data) == [OWN, MORE]
    assert QUOTED in furniture(data)


def test_plain_text_goes_before_html():
    assert quotable(mail(OWN, html=f"<p>{MORE}</p>")) == [OWN]
    assert quotable(mail(html=f"<p>{MORE}</p>")) == [MORE]


def test_attachments_are_named_and_not_read():
    raw = read_mail(mail(OWN, attachments=["plan.pdf", "größe.pdf"]))
    assert raw.notes == ("Attachments are not read: plan.pdf, größe.pdf.",)
    assert [block.text for block in raw.blocks] == [OWN]
    assert read_mail(mail(OWN)).notes == ()


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "no-such-charset"])
def test_every_charset_is_read(charset: str):
    body = "Das Werk öffnet im Mai."
    encoded = body.encode("utf-8" if charset == "no-such-charset" else charset)
    data = (
        f"From: a@b.example\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode()
    )
    assert quotable(data + encoded) == [body]


NO_MAIL = {
    "text": b"The plant opened in May.\n\nIt closed again.",
    "no text": mail().replace(b"\n\n", b"\nContent-Type: image/png\n\n"),
    "attachments only": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
    b"Content-Type: application/pdf\nContent-Disposition: attachment\n\n%PDF\n--x--\n",
}


@pytest.mark.parametrize("data", NO_MAIL.values(), ids=NO_MAIL)
def test_what_is_no_message_says_so(data: bytes):
    with pytest.raises(LoadError, match=r"no e-mail|without text"):
        read_mail(data)


SAVED = """From: <Saved by Blink>
Snapshot-Content-Location: https://motor.example/orchid
Subject: Orchid recalls cars
Date: Mon, 6 Oct 2025 10:00:00 -0000
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----b----"

------b----
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
Content-Location: https://motor.example/orchid

<html><head><title>Orchid recalls cars</title><meta property=3D"article:published_time" content=3D"2024-04-17"></head>
<body><nav><p>All about cars and what they need to run well for years</p></nav><article><h1>Orchid recalls cars</h1>
<p>Orchid EV will recall 3,100 cars over a seat belt that can come loose=E2=80=94soon.</p>
<p style=3D"display:none">Nobody was hurt.</p></article></body></html>

------b----
Content-Type: image/png
Content-Transfer-Encoding: base64

aaaa

------b------
"""


def test_a_page_saved_in_one_file_is_read_like_a_page():
    raw = read_saved_page(SAVED.encode())
    assert [block.text for block in raw.blocks if block.kind is BlockKind.PARAGRAPH] == [
        "Orchid EV will recall 3,100 cars over a seat belt that can come loose—soon."
    ]
    assert (raw.metadata.title, raw.metadata.published, raw.metadata.url) == (
        "Orchid recalls cars", "2024-04-17", "https://motor.example/orchid"
    )  # fmt: skip


def test_a_saved_file_without_a_page_is_refused():
    with pytest.raises(LoadError, match="holds no page"):
        read_saved_page(mail(OWN))
