"""What countries and regions are called: "the Poles", "a Polish offer" and "in Poland" name one place."""

# Country, adjective and, where it is not the adjective (or the adjective and an s), what its people are called.
_TABLE = """
Albania Albanian; Algeria Algerian; Argentina Argentine Argentinian; Armenia Armenian; Australia Australian;
Austria Austrian; Azerbaijan Azerbaijani; Bahrain Bahraini; Bangladesh Bangladeshi; Belarus Belarusian; Belgium Belgian;
Bolivia Bolivian; Bosnia Bosnian; Brazil Brazilian; Britain British Britons; Bulgaria Bulgarian; Cambodia Cambodian;
Canada Canadian; Chile Chilean; China Chinese; Colombia Colombian; Croatia Croatian Croats; Cuba Cuban; Cyprus Cypriot;
Czechia Czech; Denmark Danish Danes; Ecuador Ecuadorian; Egypt Egyptian; Estonia Estonian; Ethiopia Ethiopian;
Finland Finnish Finns; France French Frenchmen; Georgia Georgian; Germany German; Ghana Ghanaian; Greece Greek;
Guatemala Guatemalan; Hungary Hungarian; Iceland Icelandic Icelanders; India Indian; Indonesia Indonesian; Iran Iranian;
Iraq Iraqi; Ireland Irish; Israel Israeli; Italy Italian; Japan Japanese; Jordan Jordanian; Kazakhstan Kazakh;
Kenya Kenyan; Korea Korean; Kuwait Kuwaiti; Laos Laotian; Latvia Latvian; Lebanon Lebanese; Libya Libyan;
Lithuania Lithuanian; Luxembourg Luxembourgish Luxembourgers; Malaysia Malaysian; Malta Maltese; Mexico Mexican;
Moldova Moldovan; Mongolia Mongolian; Morocco Moroccan; Mozambique Mozambican; Namibia Namibian; Nepal Nepalese Nepali;
Netherlands Dutch Dutchmen; New_Zealand New_Zealand New_Zealanders; Nigeria Nigerian; Norway Norwegian; Oman Omani;
Pakistan Pakistani; Panama Panamanian; Paraguay Paraguayan; Peru Peruvian; Philippines Philippine Filipinos;
Poland Polish Poles; Portugal Portuguese; Qatar Qatari; Romania Romanian; Russia Russian; Rwanda Rwandan;
Saudi_Arabia Saudi; Senegal Senegalese; Serbia Serbian Serbs; Singapore Singaporean; Slovakia Slovak;
Slovenia Slovenian Slovenes; South_Africa South_African; Spain Spanish Spaniards; Sri_Lanka Sri_Lankan; Sweden Swedish
Swedes; Switzerland Swiss; Taiwan Taiwanese; Tanzania Tanzanian; Thailand Thai; Tunisia Tunisian; Turkey Turkish Turks;
Uganda Ugandan; Ukraine Ukrainian; United_Arab_Emirates Emirati; United_Kingdom British Britons;
United_States American U.S.; Uruguay Uruguayan; Uzbekistan Uzbek; Venezuela Venezuelan; Vietnam Vietnamese;
Zambia Zambian; Zimbabwe Zimbabwean; Africa African; America American; Asia Asian; Europe European;
Scandinavia Scandinavian; Bavaria Bavarian; Brittany Breton; California Californian; Catalonia Catalan;
England English Englishmen; Flanders Flemish Flemings; Normandy Norman; Saxony Saxon; Scotland Scottish Scots;
Texas Texan; Wales Welsh Welshmen
"""


def _forms() -> dict[str, frozenset[str]]:
    """Return for each form, in lower case, every other form of the same place."""
    forms: dict[str, set[str]] = {}
    for entry in _TABLE.split(";"):
        words = [word.replace("_", " ") for word in entry.split()]
        words += [f"{word}s" for word in words[1:] if not word.endswith(("s", "sh", "ch", "ese", "."))]
        for word in words:
            forms.setdefault(word.lower(), set()).update(words)
    return {form: frozenset(others) for form, others in forms.items()}


FORMS = _forms()


def forms_of(name: str) -> tuple[str, ...]:
    """Return what a country or region is also called, by its name, its adjective or its people; () for another name."""
    return tuple(sorted(form for form in FORMS.get(name.lower(), ()) if form.lower() != name.lower()))
