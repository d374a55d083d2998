"""Made-up wire stories, and what becomes of a story on its way through other papers."""

import random
from collections.abc import Callable

# The first two report the same event, each in its own words.
STORIES = {
    "halvorsen": """\
Halvorsen Motor and its Chinese partner Baiyun Auto will close their gearbox works in Tarnau by the end of next
year, the two companies said on Monday. About 1,900 people work there. Production moves to a newer site near
Zhuhai, where the venture has spent 640 million euros since 2021. A spokeswoman for Halvorsen said that nobody
would be dismissed before March.

The works opened in 1996 and made its eleven millionth gearbox in spring. Demand has fallen since buyers turned
to electric cars, which need no gearbox of this kind. Baiyun holds 50 percent of the venture and named its
chairman last year.

The mayor of Tarnau, Ilse Brandt, called the decision a heavy blow. The state government will meet both owners
next week to talk about the site. Trade unions asked for guarantees until 2030, which the owners have so far
refused. Analysts at Korn Bank had expected the step but thought that it would come later.""",
    "tarnau": """\
For the 1,900 employees of the Tarnau transmission plant the news came in a short meeting at the gate. Their
employer, owned half by Halvorsen and half by Baiyun, is giving the town up after almost three decades.

Managers pointed to the market: hardly anyone orders cars with manual transmissions any more, and the sister
factory at Zhuhai can build what is left at two thirds of the cost. Some 640 million euros have gone into Zhuhai
already.

Workers' representatives want a promise that covers the rest of the decade. Without it, said their chairman Uwe
Lenz, there would be protests before Easter. Mayor Brandt has invited state ministers to the town hall. A former
engineer, now 71, remembered how the first gearbox left the hall in 1996 with flowers on it.""",
    "ridgeway": """\
Ridgeway Cars has sold its 30 percent share in the battery maker Lumen Cell to the Korean group Daehan for 2.1
billion dollars, both sides announced in Seoul. The sale ends a partnership of nine years in which the two built
four factories in Ohio and Gyeonggi.

Ridgeway keeps a contract for cells until 2032. Daehan takes over 5,200 employees and all patents of the common
laboratory. The price is 18 percent above what banks had estimated.

Regulators in three countries still have to agree. Chief executive Maya Torres said that Ridgeway would put the
money into software and into a plant for small vans. Shares of Ridgeway rose by 3 percent, those of Daehan fell
slightly. Daehan plans to hire 800 people in Ohio over two years.""",
    "orient": """\
The venture of Vanday and Orient Truck delivered 41,300 lorries in the first half, a fifth more than a year
before. Most went to Indonesia and Vietnam, where both partners share dealers. Orient supplies the cabs from
Wuhan, Vanday the engines from Lyon.

Sales in Europe were flat because the new emission rules came into force in January. The partners expect
approval for a battery model before autumn. It is to be assembled in Gdansk with 600 workers.

Both hold half of the shares and share profits equally. A dispute about licence fees was settled in May after
talks that had lasted fourteen months. Orient's chairman Lin Tao called the first half the best since the
venture was founded in 2012.""",
}


def as_filed(story: str, dice: random.Random) -> str:
    return story


def another_headline(story: str, dice: random.Random) -> str:
    return "What we know this morning\n\nBy our business desk\n\n" + story


def with_furniture(story: str, dice: random.Random) -> str:
    paragraphs = story.split("\n\n")
    return "\n\n".join(
        [paragraphs[0], "Advertisement", *paragraphs[1:], "Subscribe to our newsletter", "Share this article"]
    )


def cut_short(story: str, dice: random.Random) -> str:
    return "\n\n".join(story.split("\n\n")[:-1])


def with_a_paragraph_more(story: str, dice: random.Random) -> str:
    local = "Readers in our region know the name: the firm sponsors the marathon and trains youths at the harbour."
    return f"{story}\n\n{local}"


def words_changed(story: str, dice: random.Random) -> str:
    """One word in twenty is another one."""
    return " ".join("reportedly" if dice.random() < 0.05 else word for word in story.split(" "))


def wrapped_otherwise(story: str, dice: random.Random) -> str:
    return "\n\n".join(" ".join(part.split()).replace("'", "’") for part in story.split("\n\n"))


COPIES: list[Callable[[str, random.Random], str]] = [
    as_filed, another_headline, with_furniture, cut_short, with_a_paragraph_more, words_changed, wrapped_otherwise
]  # fmt: skip
