"""The lexicon: its files are checked, names are found in every spelling and never inside other names."""

import time

import pytest

from index.errors import LexiconError
from index.lexicon import load_lexicon
from index.lexicon_file import OWN_FILE, read_files

LEXICON = load_lexicon()


def named(text: str) -> list[tuple[str, list[str]]]:
    """What a text names, without the ventures that it only describes."""
    return [(each.text, sorted(each.ids)) for each in LEXICON.entities_in(text) if not each.described]


def described(text: str) -> set[str]:
    return {next(iter(each.ids)) for each in LEXICON.entities_in(text) if each.described}


# Names in all their spellings -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "entity"),
    [
        ("M&M", "mahindra"),
        ("SAIC-GM", "saic-gm"),
        ("saic gm", "saic-gm"),
        ("SAIC–GM", "saic-gm"),
        ("SGM", "saic-gm"),
        ("Shanghai General Motors", "saic-gm"),
        ("上汽通用", "saic-gm"),
        ("SAIC-GM-Wuling", "sgmw"),
        ("上汽通用五菱", "sgmw"),
        ("FAW VW", "faw-volkswagen"),
        ("一汽-大众", "faw-volkswagen"),
        ("Citroën", "citroen"),
        ("CITROEN", "citroen"),
        ("Škoda", "skoda"),
        ("BlueOvalSK", "blueoval-sk"),
        ("Mercedes Benz", "mercedes-benz-group"),
        ("Chang'an", "changan"),
        ("Guangzhou Honda", "gac-honda"),
        ("Maruti Udyog", "maruti-suzuki"),
        ("トヨタ", "toyota"),
        ("DPCA", "dpca"),
    ],
)
def test_every_spelling_of_a_name_is_the_same_entity(written, entity):
    assert named(f"In 2023 {written}, they said, sold cars.") == [(written, [entity])]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FAW-Volkswagen sold cars.", [("FAW-Volkswagen", ["faw-volkswagen"])]),
        ("SAIC-GM-Wuling's cars", [("SAIC-GM-Wuling", ["sgmw"])]),
        ("Zotye-Volkswagen sold cars.", []),
        ("Volkswagen-Zotye sold cars.", []),
        ("Volkswagen-branded cars", [("Volkswagen", ["volkswagen-group"])]),
        ("Fordham and Kiara toyotas", []),
        ("A brilliance of its own, fiat money, a genesis", []),
        ("A spotlight on the smart alliance of the horse", []),
        ("Nio, KIA and Li Auto; nio, li", [("Nio", ["nio"]), ("KIA", ["kia"]), ("Li Auto", ["li-auto"])]),
        ("A 5 mm gap of MM; 3 mg of it; I am in; gm, acc.", []),
        ("公众都是大众", []),
        ("FAW. Toyota said so.", [("FAW", ["faw"]), ("Toyota", ["toyota"])]),
        ("FAW, Toyota and GAC", [("FAW", ["faw"]), ("Toyota", ["toyota"]), ("GAC", ["gac"])]),
    ],
)
def test_no_name_is_found_inside_another_word_or_name(text, found):
    assert named(text) == found


def test_spans_are_places_in_the_text():
    text = "The new — “Citroën” — plant of 神龙汽车 and SAIC VW."
    assert [(each.start, each.end) for each in LEXICON.entities_in(text)] == [
        (text.index(word), text.index(word) + len(word)) for word in ("Citroën", "神龙汽车", "SAIC VW")
    ]


def test_short_names_need_a_capital_unless_all_is_in_lower_case():
    assert named("VW and vw") == [("VW", ["volkswagen-group"])]
    assert named("what does vw hold of sgm?") == [("vw", ["volkswagen-group"]), ("sgm", ["saic-gm"])]


# Ambiguous names ------------------------------------------------------------------------------


def readings(text: str) -> tuple[tuple[str, ...], ...]:
    (mention,) = (each for each in LEXICON.entities_in(text) if not each.described)
    return mention.readings


def test_an_ambiguous_name_keeps_its_meanings():
    assert readings("Who are the partners of BBA?") == (
        ("mercedes-benz-group", "bmw-group", "audi"),
        ("bmw-brilliance",),
    )
    assert readings("What did HMC sell?") == (("honda",), ("hyundai",))


def test_words_near_by_tell_which_meaning_is_meant():
    assert readings("HMC of Korea") == (("hyundai",),)
    assert readings("The CMA platform") == (("cma",),)
    assert readings("Volvo trucks") == (("ab-volvo",),)


def test_capitals_may_make_another_name():
    assert readings("Audi sold cars") == (("audi",),)
    assert readings("AUDI sold cars") == (("audi-brand-china",), ("audi",))


def test_an_ordinary_word_is_a_name_only_beside_words_that_make_it_one():
    assert named("Spotlight on cars") == []
    assert ("Spotlight", ["spotlight"]) in named("Spotlight, which BMW owns in part")
    assert named("大众喜欢") == []
    assert named("大众在安徽") == [("大众", ["volkswagen-group"])]


# Ventures told by their partners --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ventures"),
    [
        ("VW's venture with SAIC", {"saic-volkswagen"}),
        ("VW's venture with FAW", {"faw-volkswagen"}),
        ("the Toyota-GAC joint venture", {"gac-toyota"}),
        ("the joint venture of Toyota and FAW", {"faw-toyota"}),
        ("Honda's other Chinese venture (with Dongfeng)", {"dongfeng-honda"}),
        ("Honda's other Chinese venture, not the one with GAC", {"dongfeng-honda"}),
        ("BMW's partner in Shenyang", {"bmw-brilliance"}),
        ("BMW's joint venture in Zhangjiagang", {"spotlight"}),
        ("GM's venture with SAIC", {"saic-gm"}),
        ("GM's venture in Liuzhou", {"sgmw"}),
        ("Daimler's venture with BAIC", {"bbac"}),
        ("PSA's venture with Dongfeng", {"dpca"}),
        ("Geely's venture with Renault in Brazil", {"renault-do-brasil"}),
        ("Renault, Geely and Aramco's venture", {"horse-powertrain"}),
        ("Volkswagen has ventures with SAIC and FAW", {"saic-volkswagen", "faw-volkswagen"}),
        ("Toyota and GAC sell cars", set()),
        ("Toyota's venture", set()),
        ("Toyota's venture with Orion", set()),
    ],
)
def test_a_venture_is_told_by_its_partners(text, ventures):
    assert described(text) == ventures


# Files ----------------------------------------------------------------------------------------


def test_the_file_that_ships_is_sound_and_says_who_holds_what():
    content = read_files(None)
    ventures = {entity.id: entity for entity in content.entities if entity.kind == "venture"}
    assert len(content.entities) >= 175
    assert len(content.ambiguous) >= 16
    assert len(ventures) >= 45
    held = {(each.who, each.stake) for each in ventures["saic-gm"].partners}
    assert held == {("saic", 50.0), ("gm", 50.0)}
    for venture in ventures.values():
        assert venture.partners, venture.id
        for when in {each.as_of for each in venture.partners}:
            whole = sum(each.stake or 0 for each in venture.partners if each.as_of == when)
            assert whole <= 100.1, (venture.id, when)


def own_file(tmp_path, text):
    file = tmp_path / "names.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_users_add_their_own_entities_and_names(tmp_path):
    file = own_file(
        tmp_path,
        """
entities:
- {id: orion, name: Orion Motors, kind: group, aliases: [OM], chinese: [猎户汽车]}
- {id: orion-saic, name: Orion SAIC, kind: venture, partners: [{who: orion, stake: 40, as_of: 2020},
   {who: saic, stake: 60, as_of: 2024-02-11}]}
- {id: saic-gm, aliases: [Pudong Works]}
ambiguous:
- {alias: Vega, meanings: [{entities: [orion]}, {entities: [saic-gm]}]}
""",
    )
    lexicon = load_lexicon(file)
    assert lexicon.ids_in("猎户汽车 and Pudong Works") == {"orion", "saic-gm"}
    assert lexicon.ids_in("Orion Motors' venture with SAIC") == {"orion", "saic", "orion-saic"}
    assert lexicon.ids_in("SGM and Vega") == {"saic-gm", "orion"}
    assert LEXICON.ids_in("Pudong Works") == frozenset()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("entities: [", ["not valid YAML in line"]),
        ("- a\n- b\n", ["the lists entities and ambiguous"]),
        ("companies: []", ["companies", "the lists entities and ambiguous"]),
        ("entities: [{id: orion, nam: Orion}]", ["'orion'", "number 1 of entities", "nam"]),
        ("entities: [{name: Orion, kind: group}]", ["number 1 of entities", "id"]),
        ("entities: [{id: Orion Motors, name: Orion, kind: group}]", ["'Orion Motors'", "pattern"]),
        ("entities: [{id: orion, name: Orion, kind: firm}]", ["'orion'", "'firm'", "'venture'"]),
        ("entities: [{id: orion, name: Orion}]", ["'orion'", "has no kind"]),
        ("entities: [{id: saic-gn, aliases: [SGN]}]", ["'saic-gn'", "did you mean 'saic-gm'"]),
        ("entities: [{id: orion, name: O, kind: group, parents: [toyata]}]", ["'toyata'", "did you mean 'toyota'"]),
        ("entities: [{id: orion, name: O, kind: venture, partners: [{who: saic, stake: 140}]}]", ["stake is '140'"]),
        ("entities: [{id: orion, name: O, kind: venture, partners: [{who: saic, as_of: May}]}]", ["as_of is 'May'"]),
        ("entities: [{id: orion, name: Toyota, kind: group}]", ["'Toyota'", "list it under ambiguous"]),
        ("entities: [{id: orion, name: O, kind: group}, {id: orion}]", ["'orion'", "twice"]),
        ("entities: [{id: orion, name: O, kind: group, exact: [Orionis]}]", ["'Orionis'", "add it to aliases"]),
        ("ambiguous: [{alias: Vega, meanings: [{entities: [vega]}]}]", ["'Vega'", "'vega'"]),
        ("ambiguous: [{alias: Vega, meanings: []}]", ["'Vega'", "meanings"]),
        ("ambiguous: [{alias: Vega, common: true, meanings: [{entities: [toyota]}]}]", ["'Vega'", "near words"]),
    ],
)
def test_a_damaged_file_is_refused_with_file_entry_and_what_to_do(tmp_path, text, says):
    file = own_file(tmp_path, text)
    with pytest.raises(LexiconError) as caught:
        read_files(file)
    message = str(caught.value)
    assert str(file) in message
    assert "\n" not in message
    for each in says:
        assert each in message
    assert any(advice in message for advice in ("correct", "give", "add", "take it from", "keep one"))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(LexiconError, match=r"none\.yaml.*JV_LEXICON"):
        read_files(tmp_path / "none.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("entities: [{id: citroen, aliases: [Citroën]}]".encode("latin-1"))
    with pytest.raises(LexiconError, match="UTF-8"):
        read_files(latin)


# Speed ----------------------------------------------------------------------------------------


def test_ten_thousand_sentences_take_a_few_seconds():
    assert LEXICON is load_lexicon()
    names = [entity.names[0] for entity in read_files(None).entities]
    sentences = [
        f"In {year}, line {number}: the joint venture of SAIC and {names[number % len(names)]} sold more cars."
        for number in range(1_000)
        for year in range(2010, 2020)
    ]
    started = time.process_time()
    assert all(LEXICON.entities_in(sentence) for sentence in sentences)
    assert time.process_time() - started < 10
    assert OWN_FILE.stat().st_size < 100_000
