"""The language of a text: which one, how surely, and when none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.language import identify as module
from boilerplate.language.identify import CALIBRATION, CLOSE, identify, named
from boilerplate.language.names import LANGUAGES, language_name
from tests.made_up import SENTENCES

pycld2 = pytest.importorskip("pycld2")

# News of a town in languages that langdetect has no profile for.
OTHERS = {
    "as": (
        "কালি সন্ধিয়া নগৰ পৰিষদে নতুন বাছ পথৰ বিষয়ে আলোচনা কৰিলে আৰু বাসিন্দাসকলে সময়সূচী "
        "সলনি কৰিব বিচাৰে।"
    ),
    "az": (
        "Dünən axşam şəhər şurası yeni avtobus xətlərini müzakirə etdi. Sakinlər cədvəlin "
        "dəyişdirilməsini istəyirlər."
    ),
    "be": (
        "Учора ўвечары гарадскі савет абмеркаваў новыя аўтобусныя маршруты. Жыхары просяць "
        "змяніць расклад."
    ),
    "cy": (
        "Neithiwr bu cyngor y dref yn trafod y llwybrau bysiau newydd. Mae'r trigolion am "
        "gael amserlen arall."
    ),
    "eu": (
        "Atzo arratsaldean udalak autobus linea berriak eztabaidatu zituen. Bizilagunek beste "
        "ordutegi bat eskatzen dute."
    ),
    "fo": (
        "Í gjárkvøldið tosaði býráðið um nýggju bussleiðirnar. Íbúgvarnir vilja hava eina "
        "aðra ferðaætlan."
    ),
    "ga": (
        "Phléigh comhairle an bhaile na línte nua bus tráthnóna inné. Tá clár ama eile ag "
        "teastáil ó na cónaitheoirí."
    ),
    "gl": (
        "Onte pola tarde o concello debateu as novas liñas de autobús. Os veciños piden outro "
        "horario para os rapaces."
    ),
    "ha": (
        "Jiya da yamma majalisar gari ta tattauna sabbin hanyoyin bas. Mazauna suna son a "
        "canza jadawalin lokaci."
    ),
    "is": (
        "Í gærkvöldi ræddi bæjarstjórnin nýju strætisvagnaleiðirnar. Íbúarnir vilja aðra "
        "tímaáætlun fyrir börnin."
    ),
    "kk": (
        "Кеше кешке қалалық кеңес жаңа автобус бағыттарын талқылады. Тұрғындар кестені "
        "өзгертуді сұрайды."
    ),
    "ky": (
        "Кечээ кечинде шаардык кеңеш жаңы автобус каттамдарын талкуулады. Тургундар убактысын "
        "өзгөртүүнү суранууда."
    ),
    "lb": (
        "Gëschter den Owend huet de Gemengerot iwwer déi nei Busliniere geschwat. D'Awunner "
        "wëllen en anere Fuerplang."
    ),
    "mn": (
        "Өчигдөр орой хотын зөвлөл автобусны шинэ чиглэлүүдийг хэлэлцлээ. Оршин суугчид "
        "цагийн хуваарийг өөрчлөхийг хүсэж байна."
    ),
    "mt": (
        "Il-bieraħ filgħaxija l-kunsill tal-belt iddiskuta r-rotot il-ġodda tal-karozzi "
        "tal-linja. Ir-residenti jridu ħin ieħor."
    ),
    "ps": (
        "پرون ماښام د ښار شورا د بسونو د نویو لارو په اړه خبرې وکړې. اوسېدونکي غواړي چې "
        "مهالوېش بدل شي."
    ),
    "sr-Cyrl": (
        "Синоћ је градско веће расправљало о новим аутобуским линијама. Становници траже "
        "други ред вожње због ђака."
    ),
    "tg": (
        "Дирӯз бегоҳӣ шӯрои шаҳр хатсайрҳои нави автобусро муҳокима кард. Сокинон мехоҳанд, "
        "ки ҷадвал иваз шавад."
    ),
    "ti": "ናይ ከተማ ባይቶ ትማሊ ምሸት ብዛዕባ ሓድሽ መስመራት ኣውቶቡስ ተዘራሪቡ። ነበርቲ ድማ ሰዓታት ክቕየር ይደልዩ።",
    "ug": (
        "تۈنۈگۈن كەچتە شەھەر كېڭىشى يېڭى ئاپتوبۇس لىنىيەلىرىنى مۇزاكىرە قىلدى. ئاھالىلەر "
        "ۋاقىت جەدۋىلىنى ئۆزگەرتىشنى تەلەپ قىلماقتا."
    ),
    "uz": (
        "Kecha kechqurun shahar kengashi yangi avtobus yo‘nalishlarini muhokama qildi. Aholi "
        "jadvalni o‘zgartirishni so‘ramoqda."
    ),
    "yi": (
        "נעכטן אין אָוונט האָט דער שטאָטראַט גערעדט וועגן די נײַע אויטאָבוס ליניעס. די "
        "תּושבים ווילן אַן אַנדער צײַטפּלאַן."
    ),
    "zu": (
        "Izolo kusihlwa umkhandlu wedolobha uxoxe ngemizila emisha yamabhasi. Izakhamuzi "
        "zifuna ukuba kushintshwe isikhathi."
    ),
}  # fmt: skip
TAGS = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}
NOTHING = {
    "base64": "aW0gTmFtZW4gZGVzIFN0YWR0cmF0cyB3ZXJkZW4gYWxsZSBCdXNsaW5pZW4gbmV1IGdlcGxhbnQ=",
    "digest": "9e107d9d372bb6826bd81d3542a419d6 e4d909c290d0fb1ca068ffaddf22cbd0",
    "Hindi in Latin letters": (
        "kal shaam nagar parishad ne nayi bus line par charcha ki, log samay badalwana chahte "
        "hain"
    ),
    "Arabic in Latin letters": (
        "embare7 bel leil el baladeya et2ashet 3ala khotoot el otobees el gedida wel nas mesh "
        "mabsoota"
    ),
    "Greek in Latin letters": (
        "xthes to vradi to dimotiko simvoulio sizitise tis nees grammes leoforeion kai oi "
        "katoikoi"
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", SENTENCES)
def test_a_language_of_langdetect_is_surely_identified(code: str) -> None:
    found = identify(SENTENCES[code])
    assert named(found) == TAGS.get(code, code)
    assert found[0][1] > 0.7


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_that_langdetect_does_not_know_is_identified(code: str) -> None:
    assert named(identify(OTHERS[code])) == code


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_is_in_no_language_that_is_known_has_none(text: str) -> None:
    assert named(identify(text)) is None


@pytest.mark.parametrize("text", ["", "12:30", "!?…", "\ud800", "\x00\x07", "\ufdd0", "١٢٣ — ៖"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert named(identify(text)) is None


def test_control_characters_and_lone_surrogates_are_passed_over() -> None:
    assert named(identify(f"\x07\ud800{SENTENCES['tr']}\x00")) == "tr"


def test_scripts_of_one_language_are_told() -> None:
    latin = (
        "Sinoć je gradsko veće raspravljalo o novim linijama. Stanovnici traže drugi red vožnje."
    )
    assert "sr-Latn" in dict(identify(latin))
    assert named(identify(OTHERS["sr-Cyrl"])) == "sr-Cyrl"
    uzbek = (
        "Кеча кечқурун шаҳар кенгаши янги автобус йўналишларини муҳокама қилди. Аҳоли "
        "жадвални сўрамоқда."
    )
    assert named(identify(uzbek)) == "uz-Cyrl"


def test_languages_that_are_taken_for_one_another_are_all_named() -> None:
    croatian = (
        "Gradsko vijeće jučer je raspravljalo o novim autobusnim linijama, a stanari traže "
        "drugi vozni red."
    )
    found = dict(identify(croatian))
    assert {"hr", "bs", "sr-Latn"} == set(found)
    assert max(found.values()) < 0.9
    rwanda = "Umwana yagiye ku ishuri kare kugira ngo yige neza, hanyuma asubira mu rugo."
    assert [code for code, _ in identify(rwanda)] == ["rw", "rn"]


def test_shares_of_languages_that_are_taken_for_one_another_come_to_one() -> None:
    for code, shares in CLOSE.items():
        assert code == max(shares, key=shares.__getitem__)
        assert sum(shares.values()) == pytest.approx(1)


def test_a_longer_text_is_surer() -> None:
    short, whole = (dict(identify(SENTENCES["pl"][:size]))["pl"] for size in (20, None))
    assert short < whole


def test_none_is_named_that_is_less_likely_than_none() -> None:
    assert named(()) is None
    assert named((("hr", 0.3), ("bs", 0.25))) == "hr"
    assert named((("so", CALIBRATION.least - 0.01),)) is None


def test_every_language_of_cld2_that_is_named_has_a_name() -> None:
    known = set(pycld2.DETECTED_LANGUAGES)
    tags = {
        module._tag(code, "")
        for name, code in pycld2.LANGUAGES
        if name in known and not code.startswith("xx") and code not in module._NO_LANGUAGE
    }
    assert {tag for tag in tags if language_name(tag) == tag} == set()
    assert len({tag.split("-")[0] for tag in tags}) > 140
    assert {tag.split("-")[0] for tag in tags} <= set(LANGUAGES)


@given(st.text(max_size=60))
def test_probabilities_of_any_text_are_probabilities(text: str) -> None:
    found = identify(text)
    assert all(0 <= p <= 1 for _, p in found)
    assert sum(p for _, p in found) <= 1.01
    assert identify(text) == found


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("sr-Latn", "Posle podne je vreme bilo lepo, a deca su čekala autobus do škole."),
        ("hr", "Poslije podne vrijeme je bilo lijepo, a djeca su tjedan dana čekala vlak."),
    ],
)
def test_words_tell_serbian_from_croatian(tag: str, text: str) -> None:
    assert named(identify(text)) == tag


def test_the_documentation_lists_all_languages() -> None:
    text = " ".join((Path(__file__).parents[2] / "docs/languages.md").read_text("utf-8").split())
    assert [code for code, name in LANGUAGES.items() if f"{name} (`{code}`)" not in text] == []
