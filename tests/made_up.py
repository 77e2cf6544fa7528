"""Sentences, pages and models that the tests make up; nothing here was taken from anywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from boilerplate.features.encode import BAG_BITS
from boilerplate.features.table import LINEAR_TABLES, PAGE_TYPES, features_of
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.kernels.plain_roles import PARAMS
from boilerplate.model.file import MODES
from boilerplate.model.linear import Linear, PageTypes
from boilerplate.model.model import Model
from boilerplate.model.roles import LEAF_VALUE, RoleTrees, RoleWords, role_columns
from boilerplate.model.stack import Stack
from boilerplate.model.trees import Trees, trees_from
from boilerplate.page import Kind
from boilerplate.roles import ROLES

# The same piece of local news in each language, by its ISO 639-1 code.
SENTENCES = {
    "ar": (
        "ناقش المجلس البلدي مساء أمس خطوط الحافلات الجديدة. ويطالب سكان الحي بتغيير المواعيد "
        "لأن التلاميذ يتأخرون عن المدرسة."
    ),
    "cs": (
        "Včera večer městská rada projednala nové autobusové linky. Obyvatelé čtvrti žádají "
        "změnu jízdního řádu, protože žáci chodí pozdě do školy."
    ),
    "de": (
        "Gestern Abend besprach der Stadtrat die neuen Buslinien. Die Anwohner wünschen "
        "einen anderen Fahrplan, weil die Schüler zu spät zur Schule kommen."
    ),
    "el": (
        "Χθες το βράδυ το δημοτικό συμβούλιο συζήτησε τις νέες γραμμές λεωφορείων. Οι "
        "κάτοικοι ζητούν αλλαγή του ωραρίου, γιατί οι μαθητές αργούν στο σχολείο."
    ),
    "en": (
        "The town council discussed the new bus lines yesterday evening. Residents want "
        "another timetable, because the pupils arrive late at school."
    ),
    "es": (
        "El ayuntamiento debatió ayer por la tarde las nuevas líneas de autobús. Los vecinos "
        "piden otro horario, porque los alumnos llegan tarde a la escuela."
    ),
    "fr": (
        "Hier soir, le conseil municipal a débattu des nouvelles lignes de bus. Les "
        "habitants réclament d’autres horaires, car les élèves arrivent en retard à "
        "l’école."
    ),
    "he": (
        "אמש דנה מועצת העיר בקווי האוטובוס החדשים. תושבי השכונה מבקשים לשנות את לוח הזמנים "
        "כי התלמידים מאחרים לבית הספר."
    ),
    "hi": (
        "नगर परिषद ने कल शाम नई बस लाइनों पर चर्चा की। निवासी समय-सारणी बदलवाना चाहते हैं, "
        "क्योंकि बच्चे स्कूल देर से पहुँचते हैं।"
    ),
    "ja": (
        "昨日の夜、市議会は新しいバス路線について話し合いました。生徒が学校に遅れるため、住民"
        "は時刻表の変更を求めています。"
    ),
    "ko": (
        "어제 저녁 시의회는 새로운 버스 노선을 논의했다. 학생들이 학교에 늦기 때문에 "
        "주민들은 시간표를 바꾸기를 바란다."
    ),
    "pl": (
        "Wczoraj wieczorem rada miejska omówiła nowe trasy autobusów. Mieszkańcy proszą o "
        "zmianę rozkładu, ponieważ uczniowie spóźniają się na zajęcia."
    ),
    "ru": (
        "Вчера вечером городской совет обсудил новые автобусные маршруты. Жители района "
        "просят изменить расписание, потому что школьники опаздывают на уроки."
    ),
    "th": (
        "เมื่อคืนนี้สภาเทศบาลหารือเรื่องเส้นทางรถประจำทางสายใหม่ "
        "ชาวบ้านอยากให้เปลี่ยนตารางเวลา เพราะนักเรียนไปโรงเรียนสาย"
    ),
    "tr": (
        "Belediye meclisi dün akşam toplandı ve şehrin yeni otobüs hatlarını görüştü. İlçe "
        "sakinleri güzergâhların değişmesini istiyor, çünkü öğrenciler okula geç kalıyor."
    ),
    "uk": (
        "Учора ввечері міська рада обговорила нові автобусні маршрути. Мешканці району "
        "просять змінити розклад, бо школярі їздять із запізненням."
    ),
    "vi": (
        "Tối qua hội đồng thành phố đã thảo luận về các tuyến xe buýt mới. Người dân muốn "
        "đổi giờ chạy vì học sinh đến trường muộn."
    ),
    "zh-cn": (
        "昨天晚上，市议会讨论了新的公共汽车线路。该区居民希望调整时刻表，因为学生上学总是迟到。"
    ),
    "zh-tw": "昨天晚上，市議會討論了新的公車路線。該區居民希望調整時刻表，因為學生上學總是遲到。",
}


def news_page(language: str = "en", paragraphs: int = 3) -> str:
    """A page with a menu, an article of a few paragraphs and a footer."""
    article = "".join(f"<p>{SENTENCES[language]} ({i})</p>" for i in range(paragraphs))
    return (
        "<!DOCTYPE html><html><head><title>Buses</title></head><body>"
        "<nav class='top menu'><a href=/>Home</a> <a href=/news>News</a></nav>"
        f"<article class='story'><h1>Buses</h1>{article}</article>"
        "<footer id=foot>© 2021 The Made-up Herald. All rights reserved.</footer>"
    )


def made_up_trees(columns: int, seed: int = 0, n_trees: int = 20, leaves: int = 15) -> Trees:
    """Trees of random shape, features and values, as they are stored."""
    rng = np.random.default_rng(seed)
    nodes: list[list[Any]] = []
    sizes = []
    for _ in range(n_trees):
        tree = [[-1, 0.0, 0, 0.0, False]]
        ends = [0]
        for _ in range(leaves - 1):
            node = ends.pop(int(rng.integers(len(ends))))
            value = tree[node][3]
            tree[node] = [
                int(rng.integers(columns)), float(np.float32(rng.normal())), len(tree),
                value, bool(rng.integers(2)),
            ]  # fmt: skip
            ends += [len(tree), len(tree) + 1]
            tree += [[-1, 0.0, 0, value + float(rng.normal()) / 5, False] for _ in range(2)]
        nodes += tree
        sizes.append(len(tree))
    names = ("feature", "threshold", "left", "value", "missing_left")
    arrays = {name: np.array([node[i] for node in nodes]) for i, name in enumerate(names)}
    return trees_from({**arrays, "sizes": np.array(sizes)}, columns)


def made_up_role_trees(
    columns: int, seed: int = 0, n_trees: int = 20, leaves: int = 15
) -> RoleTrees:
    """Trees of random shape with a random score for each role in their leaves, as stored."""
    rng = np.random.default_rng(seed)
    trees = made_up_trees(columns, seed, n_trees, leaves)
    values = (rng.normal(size=(len(trees.left), len(ROLES))) / 5).astype(LEAF_VALUE)
    values[trees.left != np.arange(len(trees.left))] = 0
    return RoleTrees(
        trees.feature, trees.threshold, trees.left, np.zeros_like(trees.value),
        trees.missing_left, trees.roots, trees.depth, values.astype(np.float32),
        rng.normal(size=len(ROLES)), 0.4,
    )  # fmt: skip


def made_up_words(seed: int = 0) -> RoleWords:
    """A linear model of roles with random weights."""
    rng = np.random.default_rng(seed)
    text, names = (
        rng.integers(-127, 128, (1 << bits, len(ROLES)), np.int8)
        for bits in (PARAMS.text_bits, PARAMS.token_bits)
    )
    return RoleWords(text, names, (0.004, 0.008), rng.normal(size=len(ROLES)))


def made_up_model(seed: int = 0, n_trees: int = 20, n_role_trees: int = 20) -> Model:
    """A model of the right shape that has learned nothing."""
    rng = np.random.default_rng(seed)

    def weights(*shape: int) -> np.ndarray:
        return (rng.normal(size=shape) / 5).astype(np.float16).astype(np.float32)

    def stack(kind: Kind) -> Stack:
        columns = len(features_of(kind)) + role_columns(kind)
        return Stack(
            Linear(
                tuple(weights(1 << NGRAMS.bits) for _ in LINEAR_TABLES), 0.25, {"en": 12, "tr": 3}
            ),
            PageTypes(weights(len(PAGE_TYPES), 2 << BAG_BITS), weights(len(PAGE_TYPES))),
            made_up_trees(columns, seed, n_trees),
            made_up_role_trees(columns, seed, n_role_trees),
        )

    stacks = {kind: stack(kind) for kind in MODES}
    return Model(stacks, made_up_words(seed), {"trained_on": "nothing"})
