"""Every sentence of an article can be quoted, and nothing of the page around it."""

import re
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.chunking import chunk
from index.embedding import SentenceEmbedder
from index.furniture import is_sentence
from index.models import BlockKind, Document, Metadata
from tests.index.making import SAVED, Saved, folded, furniture, quotable, read, sentences, texts

BEFORE = "Aster Mobility and Hanbei Auto founded Orchid EV in 2011, each with about half of the shares."
AFTER = "The partners parted in November 2023, when Hanbei bought the other half for 2.3 billion yuan."


def middle(text: str, suffix: str = ".txt") -> list[str]:
    """Return what can be quoted of `text` in the middle of an article, paragraphs parted by blank lines."""
    if suffix == ".html":
        parts = "".join(f"<p>{part}</p>" for part in [BEFORE, *text.split("\n\n"), AFTER])
        document = read("a.html", f"<html><body><article><h1>How Orchid ended</h1>{parts}</article></body></html>")
    else:
        title = "# How Orchid ended" if suffix == ".md" else "How Orchid ended"
        document = read(f"a{suffix}", f"{title}\n\n{BEFORE}\n\n{text}\n\n{AFTER}")
    found = quotable(document)
    assert found[0] == BEFORE
    assert found[-1] == AFTER
    return found[1:-1]


# Lines as pages carry them, by what they are. Each stands alone in the middle of an article.
FURNITURE = {
    "images": """
        7d4fee981335ab0f494424016206e27b.jpg
        IMG_2041.JPG
        orchid-one-front.webp (1200×800)
        [Image]
        [Image: An Orchid One in the rain]
        Image 1 of 12
        1 / 12""",
    "credits": """
        Image Source: Hanbei Auto
        Image source:Hanbei
        Image credit: Hanbei Auto
        Image: Hanbei Auto
        Image courtesy of Hanbei Auto
        Images: Hanbei, Aster
        Photo: Lea Brand/Newswire
        Photo by Lea Brand
        Photo by Lea Brand on Unsplash
        Photo credit: Lea Brand
        (Photo: Hanbei Auto)
        (Photo by Lea Brand)
        [Photo/Hunan Wire]
        Photos courtesy of Hanbei Auto.
        Photograph: Lea Brand/Getty Images
        Picture: Getty Images
        Pictures: Lea Brand
        Credit: Lea Brand
        Courtesy of Hanbei Auto
        © Hanbei Auto
        File photo
        Getty Images
        REUTERS/Lea Brand
        Lea Brand | Reuters
        AP Photo/Lea Brand
        Video: Hanbei Auto
        Chart: Vanday
        Graphic by Vanday
        Source: Hanbei Auto
        Source: Company filings, 2023.
        Sources: Hanbei, Aster
        Via: Vanday""",
    "captions": """
        An Orchid One at the motor show in Changsha, April 24, 2012. REUTERS/Lea Brand/File Photo
        The last car leaves the hall. Photo: Hanbei Auto
        Workers check belts at the plant in Yueyang. [Photo/Hunan Wire]
        The logo of Orchid EV is seen in this picture taken in Yueyang in 2019.
        Photo taken on Oct. 30, 2019 shows the plant in Yueyang, central China.
        FILE PHOTO: The logo of Orchid EV at the plant in Yueyang, China, May 3, 2019.""",
    "sharing": """
        Share
        Share this article
        Share this story!
        Share this article with your friends and colleagues.
        Share on Facebook
        Share via email
        Share:
        Tweet
        Facebook Twitter LinkedIn Email
        Facebook | X | LinkedIn | WhatsApp
        Print
        Print this page
        Email this article
        Copy link
        Save
        Save this story
        Listen
        Listen to this article · 6:12 min
        1.2K shares
        12 comments
        3 min read
        5-minute read
        Follow us on X
        Follow us on LinkedIn for more news.
        Follow Vanday on Google News to get the latest headlines first.
        Like us on Facebook
        @vanday
        #Orchid #Hanbei""",
    "subscribing": """
        Subscribe
        Subscribe now
        Subscribe to our newsletter
        Subscribe to our newsletter and never miss a story.
        Click here to subscribe to our daily newsletter
        Sign up for our newsletter
        Sign up here for the weekly briefing, free of charge.
        Sign up
        Get the week's top motor stories in your inbox every Friday.
        Bring stories like this into your inbox every day.
        Enter your email address
        Join our mailing list today.
        Newsletter
        Already a subscriber? Log in
        Log in
        Sign in to read the full article
        Subscribe to continue reading
        To continue reading, please log in or register.
        This article is for subscribers only.
        You have 2 free articles left this month.
        Become a member
        Support our journalism with a monthly gift.
        Download our app
        Thanks for reading! Subscribe for free to receive new posts.
        Thank you for reading this far.
        If you enjoyed this post, please share it.
        By signing up you agree to our terms of use.
        We use cookies to give you the best experience on our site.
        Accept all cookies
        Advertisement
        ADVERTISEMENT
        Advertisement · Scroll to continue
        Story continues below advertisement
        Article continues below
        Sponsored content
        Sponsored""",
    "elsewhere": """
        Related: Why Aster left the truck market
        Related articles
        Related
        RELATED ARTICLES
        Read more: Why Aster left the truck market
        Read More
        Read also: Aster wins an order for 4,000 post vans
        Also read: Aster wins an order
        READ: Aster wins an order for 4,000 post vans
        See also: Five vans that changed the city
        Recommended for you
        Recommended reading: The contract that nobody read
        You may also like
        More on this story
        More from Vanday
        More news
        Most read
        Trending now
        Don't miss: Five vans that changed the city
        Up next: Five vans that changed the city
        Watch: How an Orchid is built
        Continue reading
        Back to top
        Back to Vanday Homepage
        Explore More Stories in Cars
        Home > Business > Cars
        Home / News / Cars
        Skip to main content
        ← Previous article
        Next article →
        View all
        Load more
        Click here for more.
        Click here to read the full report.
        https://vanday.example/2023/11/orchid
        www.vanday.example
        For more information, visit www.vanday.example.""",
    "labels": """
        Tags: Aster, Hanbei, Orchid EV
        Topics: Aster | Hanbei
        Filed under: Cars, China
        Categories: Cars
        Posted in Joint ventures | Tagged Orchid, Aster | 4 Comments
        Published: 8 November 2023
        Last updated: November 8, 2023 10:15 AM
        Updated 2 hours ago
        2 days ago
        Opinion
        Breaking News""",
    "people": """
        By Ines Calder
        By Ines Calder and Tom Ferro, Motor Correspondents
        By INES CALDER
        Written by Ines Calder
        Edited by Tom Ferro
        Ines Calder, Senior Reporter
        Ines Calder is Vanday's correspondent. Follow her on X at @ines.
        Reporting by Ines Calder; Editing by Tom Ferro
        Reporting by Ines Calder in Lisbon and Chen Bao in Beijing; additional reporting by Jo Sands.
        (Reporting by Ines Calder; Editing by Tom Ferro)
        Additional reporting by Jo Sands.
        With reporting by Jo Sands
        Jo Sands contributed to this report.
        Editor: Liu Wen
        (Editor: Liu Wen)
        Contact the author at ines@vanday.example.
        Email: ines@vanday.example
        ines@vanday.example
        Tel: +41 44 555 01 00""",
    "notices": """
        © 2023 Vanday Media Ltd.
        (c) 2023 Vanday. All rights reserved.
        Copyright 2023 Vanday
        Copyright © 2023 Vanday Media. All Rights Reserved.
        All rights reserved.
        All Rights Reserved. Do not reproduce, copy or use the editorial content without permission.
        This material may not be published, broadcast, rewritten or redistributed without permission.
        Reproduction in whole or in part without permission is prohibited.
        This content is not investment advice, nor does it offer shares to anybody.
        The information on this website does not constitute an offer of shares.
        This article is for informational purposes only and is not financial advice.
        The views expressed here are the author's own and not necessarily those of Vanday.
        Disclaimer: Vanday takes no responsibility for losses.
        Disclosure: The author owns no shares in any firm mentioned.
        Past performance is no guarantee of future results.
        This press release contains forward-looking statements. Actual results may differ materially.
        This article was first published in the March issue.
        This story has been updated with a comment from Hanbei.
        This interview has been edited for length and clarity.
        A version of this article appeared in print on May 3.
        Editor's note: An earlier version of this story misspelled the name of the plant.
        Correction: The plant is in Yueyang.
        Our Standards: The Newswire Trust Principles.
        Privacy Policy
        Privacy Policy | Terms of Use
        About Us | Contact | Advertise
        Contact us: news@vanday.example
        Buyer service: buy@vanday.example Seller service: sell@vanday.example
        Media contact: Joan Petty, +1 313 555 0142
        For reprints contact reprints@vanday.example
        ($1 = 7.2 yuan) Photo: Vanday
        ###
        * * *
        ---""",
    "comments": """
        Leave a comment
        Leave a Reply
        Be the first to comment
        Join the conversation
        No comments yet
        Your email address will not be published. Required fields are marked *
        Log in to comment""",
}
LINES = [
    pytest.param(line.strip(), id=f"{name}: {line.strip()[:40]}")
    for name, block in FURNITURE.items()
    for line in block.strip().splitlines()
]


@pytest.mark.parametrize("line", LINES)
def test_furniture_is_not_quotable_in_plain_text(line: str):
    assert middle(line) == []


@pytest.mark.parametrize("line", LINES)
def test_furniture_is_not_quotable_as_a_paragraph_of_a_page(line: str):
    assert middle(line.replace("<", "&lt;"), ".html") == []


# Statements that begin, end or are worded like furniture.
LOOKALIKES = """
    Share of the market was the first thing the partners fought over.
    Share prices of Hanbei rose 5 per cent on Monday.
    Shares of Aster fell.
    Sharing the plant was Aster's idea.
    Related party transactions made up a third of sales.
    Related costs doubled in 2018.
    Follow-up orders came from two post offices.
    Following the sale, Hanbei kept the plant.
    Follow the money, said the auditor, and he did.
    Source code for the brakes stays with Tarn.
    Sources said the deal was off.
    Sources of funds were never disclosed by either partner.
    Image counted for more than price in the first year.
    Image recognition is done by a computer from Hanbei.
    Image by image, the software learned to see.
    Images from the plant show empty halls.
    Photo opportunities were refused on the day of the signing.
    Pictures of the signing show nobody smiling.
    Video calls replaced the flights after 2020.
    Copyright law gives Tarn the last word on the software.
    Copyright in the software belongs to Tarn since 2019.
    Registered capital rose to 4 billion yuan in May.
    Register offices in both countries had to agree.
    Comments from the ministry arrived a day late.
    Comments were not allowed.
    Contact between the two boards stopped in 2016.
    Contacts in the ministry helped Aster.
    Print runs of the brochure were cut by half.
    Print was not dead, the dealers found.
    More than 700 dealers signed the new contract.
    More on the way are two electric vans.
    More news from the plant is expected in May.
    More from the partners is expected in May.
    Read-only access to the ledger was all that Aster got.
    Read against the figures of 2019, the step is small.
    Reading the contract took a week.
    X is the letter that Hanbei paints on its test cars.
    X by Hanbei is a new brand for vans.
    Twitter was where the workers read of it first.
    Email was the only link between the two offices.
    Sign-up fees for dealers were dropped in 2018.
    Subscribe to one vehicle or to ten, the offer said, and pay by the month.
    Subscribers pay 400 yuan a month for the van.
    Join the venture or leave it, the minister told Aster.
    Joining forces saved each partner 90 million euros.
    Advertising costs doubled in the second year.
    Advertisements for the Orchid One stopped in 2019.
    Sponsored teams drove three Orchid cars in the race.
    Tags on the parts show which partner paid for them.
    Topics on the agenda were the price, the plant and the name.
    Disclaimers in the contract ran to nine pages.
    Editing by Hanbei's lawyers took two more weeks.
    Reporting by the venture was always late.
    Reporting lines ran to both partners.
    By 2030 the plant is to build 300,000 vans a year.
    By Aster's account the price was fair.
    All rights reserved to the partners under clause nine were sold in 2020.
    The agreement does not constitute an offer to buy the rest of the shares, the board of Aster said.
    The memorandum does not constitute a legal commitment.
    Neither partner may sell its stake without prior written permission of the other.
    The technology may not be copied, and the patents may not be published before 2030.
    The adviser gave no legal advice to Aster.
    About the author of the plan nobody wanted to talk.
    About half of the staff come from Changsha.
    The report was first published in 2019 by the ministry.
    This page of the contract was signed last.
    To continue, the partners must sign a new contract.
    To find out more, the auditors flew to Yueyang.
    Views expressed at the meeting differed.
    Questions about the price were not answered.
    No part of this plant belongs to Aster.
    Click by click, the dealers filled in the form.
    Stay or leave was the question in 2016.
    Latest figures put the loss at 90 million yuan.
    Trending upward since May, the price of lithium hurt both.
    Listen first was the rule of the Japanese engineers.
    Watch makers in the region sell gearboxes too.
    Back to back, the two losses cost 4 billion yuan.
    Home deliveries began in March.
    Next to the plant lies a harbour.
    Previous owners had left the land polluted.
    Support for the venture came from the province.
    Correction of the price took two years.
    Editors of the trade press were not invited.
    Credit was tight in 2019, and both partners felt it.
    Cookies were served at the signing.
    Newsletters to the staff stopped in 2021.
    Updates of the software come over the air since 2020.
    Published accounts of the venture end in 2019.
    Posted workers from Portugal earned twice as much.
    Written by hand, the first contract had nine pages.
    Those who want to supply the plant can write to tenders@orchid.example until the end of May.
    The deal was first reported by Bloomberg.
    The two will sign in May, two people said (Reuters).
    "Contact us when you have the money," the bank told Aster.
    "Subscribe to our newsletter, they said, and then they closed the plant," a dealer recalls.
"""
STATEMENTS = [pytest.param(line.strip(), id=line.strip()[:50]) for line in LOOKALIKES.strip().splitlines()]


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
@pytest.mark.parametrize("line", STATEMENTS)
def test_a_statement_that_looks_like_furniture_is_quotable(line: str, suffix: str):
    assert middle(line, suffix) == [line]


PHRASES = {
    "terms": ["Share of profits in line with ownership", "Registered capital of 900 million yuan", "Follow-up models"],
    "strengths": ["Image recognition software", "Source code access", "Print media campaigns", "More than 40 models"],
    "measures": [
        "Save costs",
        "Join forces on batteries",
        "Follow the example of others",
        "Listen to dealers",
        "Print less",
    ],
    "firms": ["Facebook", "Apple", "X Motors"],
    "labelled": ["Price: low", "Image: poor", "Contact: none", "Source: a bank loan"],
    "one of many": ["Comments", "Deliveries", "Prices"],
}


@pytest.mark.parametrize("phrases", PHRASES.values(), ids=PHRASES)
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_items_of_a_list_are_judged_together(phrases: list[str], suffix: str):
    text = "The partners agree on this:\n\n" + "\n".join(f"- {phrase}" for phrase in phrases)
    assert middle(text, suffix) == ["The partners agree on this:", *phrases]


@pytest.mark.parametrize(
    "phrases", [["Facebook", "Twitter", "Email"], ["Share on X", "Copy link"], ["Privacy Policy", "Terms of Use"]]
)
def test_a_list_of_buttons_is_furniture(phrases: list[str]):
    assert middle("\n".join(f"- {phrase}" for phrase in phrases)) == []


SECTIONS = {
    "links as lines": "Related articles\n\nFive vans that changed the city\n\nA town without a mayor",
    "links as a list": "You may also like:\n\n- Five vans that changed the city\n- A town without a mayor",
    "links with a colon": "Read more from Lea Brand:\n\nFive vans that changed the city\n\nA town without a mayor",
    "newsletter": "Stay informed\n\nOur editors pick the van news of the week for you.\n\nYour name\n\nSign up",
    "advertisement": "Advertisement",
    "caption between image and credit": "a1b2.jpg\n\nThe last car leaves the hall.\n\nImage Source: Hanbei Auto",
    "caption below an image": "a1b2.jpg\n\nThe hall in Yueyang on the last day of the venture, by nobody in particular",
    "disclaimer": "Disclaimer\n\nVanday is a financial media platform that gives market commentary.",
}


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
def test_an_article_goes_on_after_a_box_in_its_middle(section: str):
    """A button or box taken for a heading made furniture of everything up to the next heading."""
    assert middle(f"{section}\n\nNobody was surprised by it.") == ["Nobody was surprised by it."]


TAILS = {
    "comments": "Comments (2)\n\nvanfan77\n2 days ago\n\nI always said so, and nobody listened to me.\n\nReply",
    "thoughts": "2 thoughts on “How Orchid ended”\n\nPilar says:\n\nI worked there and it was worse.\n\nLeave a Reply",
    "author": "About the author\n\nWen Sauer is a consultant in Basel. He writes about what goes wrong.",
    "author known from the top": "Ines Calder is a reporter who covers vans. She joined Vanday in 2016.",
    "sign-off": "Reporting by Ines Calder; Editing by Tom Ferro\n\nInes covers vans from Oslo. She likes boats a lot.",
    "contacts": "Media Contacts\n\nAster Mobility: Joan Petty, +1 313 555 0142\n\nHanbei: Press Office, 3rd floor",
    "disclaimer": "Disclaimer\n\nVanday gives market commentary.\n\nReaders should do their own research.\n\nAuthor",
    "slogan": "Be part of something big",
    "last lines": "Ines Calder\n\nRELATED ARTICLES\n\nSubscribe",
    "references": "References\n\n1. ^ Sauer, Wen (2022). The venture nobody wanted. Contracts & Cars.",
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_the_tail_of_a_page_is_not_quotable(tail: str):
    document = read("a.txt", f"How Orchid ended\n\nBy Ines Calder\n\n{BEFORE}\n\n{AFTER}\n\n{tail}")
    assert quotable(document) == [BEFORE, AFTER]


def test_a_count_of_comments_at_the_top_does_not_end_the_article():
    document = read("a.txt", f"How Orchid ended\n\n12 Comments\n\n{BEFORE}\n\n{AFTER}")
    assert quotable(document) == [BEFORE, AFTER]


@pytest.mark.parametrize(
    "heading", ["Share", "Contacts", "Copyright disputes", "Subscriber numbers", "Comments", "Print"]
)
def test_a_section_of_an_article_that_is_named_like_furniture_is_quotable(heading: str):
    text = f"# How Orchid ended\n\n{BEFORE}\n\n## {heading}\n\n{AFTER}\n\n## Later\n\nThe plant was sold once more."
    expected = [BEFORE, "The plant was sold once more."] if heading == "Contacts" else [
        BEFORE, AFTER, "The plant was sold once more.",
    ]  # fmt: skip
    assert quotable(read("a.md", text)) == expected


def test_nothing_is_lost_from_the_text():
    text = f"How Orchid ended\n\nBy Ines Calder\n\na1b2.jpg\n\n{BEFORE}\n\n• one\n• two\n\nSubscribe"
    document = read("a.txt", text)
    assert document.text == text
    assert [block.span.of(document.text) for block in document.blocks] == [
        "How Orchid ended", "Ines Calder" and "By Ines Calder", "a1b2.jpg", BEFORE, "one", "two", "Subscribe",
    ]  # fmt: skip


def lead_ins(text: str, suffix: str = ".md") -> dict[str, str | None]:
    document = read(f"a{suffix}", text)
    return {
        block.span.of(document.text): block.lead_in.of(document.text) if block.lead_in else None
        for block in document.blocks
        if block.kind in (BlockKind.LIST, BlockKind.TABLE)
    }


def test_an_item_keeps_the_paragraph_that_introduces_its_list():
    assert lead_ins(f"{BEFORE}\n\nHanbei took over:\n\n- the plant\n- the name\n\n{AFTER}") == {
        "the plant": "Hanbei took over:",
        "the name": "Hanbei took over:",
    }


def test_an_item_under_an_item_keeps_that_one():
    assert lead_ins("Hanbei took over:\n\n- the plant\n  - its paint shop\n- the name") == {
        "the plant": "Hanbei took over:",
        "its paint shop": "the plant",
        "the name": "Hanbei took over:",
    }


def test_an_image_between_a_list_and_its_introduction_does_not_part_them():
    found = lead_ins(f"{BEFORE}\n\nHanbei took over:\n\na1b2.jpg\n\n• the plant\n• the name\n\n{AFTER}", ".txt")
    assert set(found.values()) == {"Hanbei took over:"}


def test_a_list_after_a_heading_or_a_statement_has_no_introduction():
    assert lead_ins("It is so.\n\n- the plant\n\n## Later\n\n- the name") == {"the plant": None, "the name": None}


def test_a_row_keeps_the_header_of_its_own_table():
    """The rows of a second table right below kept the first one's header."""
    table = "| Year | Cars |\n|---|---|\n| 2016 | 120 |\n\n| Place | Staff |\n|---|---|\n| Pune | 90 |"
    assert lead_ins(f"{BEFORE}\n\n{table}") == {
        "Year | Cars": None,
        "2016 | 120": "Year | Cars",
        "Place | Staff": None,
        "Pune | 90": "Place | Staff",
    }


@pytest.mark.parametrize(
    "text",
    ["It is so.", "Is it?", "“It is.”", "It is (so).", "It is.[3]", "It is. (Reuters)", "它是。", "It is!*"],
)
def test_a_sentence_ends_as_sentences_do(text: str):
    assert is_sentence(text)


@pytest.mark.parametrize(
    "text", ["It is", "It is:", "Like loading...", "Hanbei Co., Ltd.", "Motors Inc.", "And so…", ""]
)
def test_what_only_has_a_dot_is_no_sentence(text: str):
    assert not is_sentence(text)


@pytest.mark.parametrize("name", sorted(path.name for path in SAVED.iterdir()))
def test_all_of_a_saved_articles_body_is_quotable_and_none_of_its_furniture(name: str, embedder: SentenceEmbedder):
    saved = Saved(name)
    document = read(name, saved.data)
    indexed = sentences(document, chunk(document, embedder.count_tokens))
    text = folded(" ".join(indexed))
    assert saved.body
    assert [line for line in saved.body if line not in text] == []
    assert [line for line in saved.furniture if line in text] == []


SAVED_METADATA = {
    "agency.txt": (
        "Halvorsen in talks to extend its truck venture with Hanbei",
        "Mira Oduya and Chen Bao",
        "2023-05-03",
    ),
    "agency_page.html": ("Halvorsen in talks with Hanbei", None, "2023-05-03"),
    "app.html": ("Hanbei goes to Thailand", None, "2025-03-12"),
    "asia_daily.txt": ("Halvorsen to build trucks with Hanbei in Thailand", None, "2025-03-12"),
    "blog.txt": ("Three lessons from the end of the Orchid venture", "Wen Sauer", "2022-06-02"),
    "broker_blog.txt": ("Why I Am Watching The Meridian-Aster Venture", "Cole Whitby", "2023-10-05"),
    "company_news.txt": ("Lindqvist Werke and Aster Mobility extend their partnership until 2035", None, "2023-06-21"),
    "clipped.md": ("Halvorsen keeps its Hanbei venture", "Mira Oduya", "2023-09-21"),
    "divs.html": ("Tarn raises money for cells", None, "2024-09-09"),
    "encyclopedia.html": ("Vanalto", None, None),
    "ev_site.txt": ("Hanbei, Lindqvist form JV for solid-state cells", "Phate Lin", "2024-04-18"),
    "hidden.html": ("Kestrel leaves Pune", None, None),
    "law_note.txt": ("Joint venture exits: three clauses to check", "Petra Holm, Dai Xu", "2023-04-04"),
    "layout_table.html": ("Kestrel history", None, None),
    "news.html": ("Lindqvist opens a second van plant in Mexico", "Hanna Okoro", "2025-03-07"),
    "paywall.txt": ("Kestrel’s long goodbye to its Indian partner", None, None),
    "plain.md": ("Deccan Wheels pays one rupee for Pune", "Anand Rao", "2022-01-13"),
    "portal.txt": ("Lindqvist Werke opens a second plant with Aster in Mexico", "Hanna Okoro", "2025-03-07"),
    "press.html": ("Meridian and Aster found MerAster", None, None),
    "print_view.html": ("Tarn Batteries’ bet on Zhuzhou", "René Müller", "2024-09-09"),
    "sections.html": ("Vanalto extended to 2035", "Petra Holm, Dai Xu", "2023-06-21"),
    "short.html": (None, None, None),
    "tables.html": ("Orchid EV in figures", None, "2023-11-08"),
    "theme.html": ("Hanbei to build vans in Turkey", "Selin Acar", "2025-02-12"),
    "trade.txt": ("Tarn Batteries’ bet on Zhuzhou – and what it costs", "René Müller", "2024-09-09"),
    "weblog.html": ("Orchid recalls 3,100 cars", "Lea Brand", "2024-04-17"),
    "wrapped.txt": ("Northvale and Hanbei Auto sign a battery venture in Hunan province", "Ines Calder", "2024-05-14"),
}


@pytest.mark.parametrize(("name", "expected"), SAVED_METADATA.items(), ids=SAVED_METADATA)
def test_what_a_saved_article_says_about_itself(name: str, expected: tuple[str | None, ...]):
    metadata = read(name, Saved(name).data).metadata
    assert (metadata.title, metadata.author, metadata.published) == expected


# The four real articles: how the few lines begin that are no body.
RAW_HEADINGS = {
    "000": ["Joint Ventures in 2026:", "A Deep", "The Chasm", "Second Half Battle:", "Conclusion"],
    "001": [
        "Chinese EV Partnerships", "Key Points", "Chinese EV Tie-Ups Put", "Why Investors", "Detroit’s EV Dilemma",
        "Regulatory Barriers", "A Long-Term Strategic Risk", "WSA Take",
    ],
    "002": [],
    "003": [],
}  # fmt: skip
RAW_FURNITURE = {
    "000": [
        "Edited by", "7d4f", "Image Source: Nissan", "07b6", "Image Source: XPENG", "ad60", "Image Source: Toyota",
        "92ae", "Image Source: Changan", "Gasgoo not only", "All Rights Reserved.",
    ],
    "001": [
        "Paul Jackson", "February 2,", "Explore More Stories", "Back to", "Disclaimer", "WallStAccess is", "Author",
        "RELATED", "Subscribe",
    ],
    "002": ["Source:", "Be part"],
    "003": [],
}  # fmt: skip
RAW_METADATA = {
    "000": {"title": "Joint Ventures in 2026: A", "publisher": "Gasgoo", "author": "Taylor", "published": None},
    "001": {
        "title": "Chinese EV Partnerships Raise New",
        "publisher": None,
        "author": "Paul Jackson",
        "published": "2026-02-02",
    },
    "002": {"title": None, "publisher": None, "author": None, "published": None},
    "003": {"title": None, "publisher": None, "author": None, "published": None},
}


def raw_file(folder: Path, number: str) -> Path:
    (path,) = folder.glob(f"{number}_*.txt")
    return path


def raw_lines(path: Path, number: str) -> tuple[list[str], list[str]]:
    """Return the body and the furniture of a real article by the prefixes above, bullets taken off."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    listed = [*RAW_HEADINGS[number], *RAW_FURNITURE[number]]
    assert all(any(line.startswith(prefix) for line in lines) for prefix in listed)
    body = [line.removeprefix("•").strip() for line in lines if not line.startswith(tuple(listed) or "\0")]
    return body, [line for line in lines if line.startswith(tuple(RAW_FURNITURE[number]) or "\0")]


@pytest.mark.parametrize("number", RAW_METADATA)
def test_all_of_a_real_articles_body_is_indexed_and_none_of_its_furniture(
    number: str, raw_articles: Path, embedder: SentenceEmbedder
):
    path = raw_file(raw_articles, number)
    document = read(path.name, path.read_bytes())
    indexed = [folded(text) for text in sentences(document, chunk(document, embedder.count_tokens))]
    body, around = raw_lines(path, number)
    assert len(body) >= 6
    assert [line[:40] for line in body if folded(line) not in " ".join(indexed)] == []
    assert [text[:40] for text in indexed if any(folded(line) in text or text in folded(line) for line in around)] == []
    assert len(folded(" ".join(indexed))) == len(folded(" ".join(body)))


@pytest.mark.parametrize("number", RAW_METADATA)
def test_what_a_real_article_says_about_itself(number: str, raw_articles: Path):
    path = raw_file(raw_articles, number)
    metadata = read(path.name, path.read_bytes()).metadata
    expected = RAW_METADATA[number]
    assert (metadata.title or "").startswith(expected["title"] or "\0") == bool(expected["title"])
    assert {key: value for key, value in vars_of(metadata).items() if key in expected and key != "title"} == {
        key: value for key, value in expected.items() if key != "title"
    }


def vars_of(metadata: Metadata) -> dict[str, object]:
    return {name: getattr(metadata, name) for name in ("title", "publisher", "author", "published", "url")}


def _one_a_line(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip())


def _wrapped(width: int) -> Callable[[str], str]:
    def wrap(text: str) -> str:
        return "\n\n".join(
            textwrap.fill(line.strip(), width, subsequent_indent="    " if line.strip()[:1] == "•" else "")
            for line in text.splitlines()
            if line.strip()
        )

    return wrap


RESAVED: dict[str, tuple[Callable[[str], str], str]] = {
    "one paragraph a line": (_one_a_line, "utf-8"),
    "blank lines between all": (lambda text: _one_a_line(text).replace("\n", "\n\n"), "utf-8"),
    "wrapped at 60": (_wrapped(60), "utf-8"),
    "wrapped at 72": (_wrapped(72), "utf-8"),
    "wrapped at 100": (_wrapped(100), "utf-8"),
    "hyphens for bullets": (lambda text: text.replace("•", "-"), "utf-8"),
    "bullets not indented": (lambda text: re.sub(r"^ +•", "•", text, flags=re.M), "utf-8"),
    "Windows": (lambda text: text.replace("\n", "\r\n"), "cp1252"),
    "UTF-16": (lambda text: text, "utf-16"),
}


@pytest.mark.parametrize(("change", "encoding"), RESAVED.values(), ids=RESAVED)
@pytest.mark.parametrize("number", RAW_METADATA)
def test_a_real_article_says_the_same_however_it_was_saved(
    number: str, change: Callable[[str], str], encoding: str, raw_articles: Path
):
    text = raw_file(raw_articles, number).read_text(encoding="utf-8")
    expected, resaved = read("a.txt", text), read("a.txt", change(text).encode(encoding))
    assert folded_words(resaved) == folded_words(expected)
    assert resaved.metadata == expected.metadata


def folded_words(document: Document) -> list[str]:
    return " ".join(quotable(document)).replace("- ", "-").split()


def test_furniture_stays_in_the_text_of_a_real_article(raw_articles: Path):
    path = raw_file(raw_articles, "000")
    document = read(path.name, path.read_bytes())
    assert len(furniture(document)) == len(RAW_FURNITURE["000"])
    assert [text for text in texts(document) if text not in document.text] == []


@pytest.mark.parametrize("text", ["(" * 60_000, "a  " * 40_000, "By " + "A" * 90_000, "> a " * 30_000, "x @" * 30_000])
def test_no_line_takes_long_however_odd_it_is(text: str):
    """A line of brackets took time by the square of its length."""
    start = time.perf_counter()
    read("a.txt", text)
    assert time.perf_counter() - start < 3
