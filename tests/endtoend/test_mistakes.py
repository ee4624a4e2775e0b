"""The mistakes a mill makes. Each is answered with its place, what is wrong, and the cure; many at once are answered at once.

`GOOD` is a table without mistakes under the rule `mistakes/mill.yaml`. A mistake replaces lines of it, adds lines, or is a file
of its own. Where a mistake is answered with an error, the error says this mistake and nothing else.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import openpyxl
import pytest

import textile_pcf as tp
from paths import TESTS

HERE = TESTS / "mistakes"
RULE, FACTORS = HERE / "mill.yaml", HERE / "factors.csv"
GOOD = (HERE / "good.csv").read_text(encoding="utf-8").splitlines()


@dataclass(frozen=True)
class Mistake:
    """What a mill writes, and what the answer must say."""

    name: str
    lines: dict[int, str] = field(default_factory=dict)  # line of the file: what stands there instead
    added: tuple[str, ...] = ()
    where: str = ""
    what: tuple[str, ...] = ()
    cure: tuple[str, ...] = ()
    also: str = ""  # what may follow from it, and be told as well

    def text(self) -> str:
        rows = [self.lines.get(number, line) for number, line in enumerate(GOOD, 1)]
        return "\n".join([*rows, *self.added]) + "\n"


def footprint(path):
    return tp.footprint(path, RULE, FACTORS)


def written(folder, text, encoding="utf-8"):
    path = folder / "mill.csv"
    path.write_text(text, encoding=encoding)
    return path


def problems(path):
    with pytest.raises(tp.InputError) as caught:
        footprint(path)
    return caught.value.problems


def test_the_good_table(tmp_path):
    """1 / 0.97 into dyeing, / 0.96 into weaving, / 0.88 of each fibre: 1.22030615 kg fibre, 1.07388316 kg yarn."""
    dyeing = 8 * 0.3 + 0.06 * 0.2 + 0.02 * 8
    weaving = 1 / 0.97 * 5 * 0.6
    yarn = 1 / 0.97 / 0.96
    fibre = yarn / 0.88 * (0.65 * 3 + 0.35 * 2)
    result = footprint(written(tmp_path, "\n".join(GOOD)))
    assert float(result.totals[0]) == pytest.approx(dyeing + weaving + yarn * 3.2 * 0.6 + fibre, rel=1e-12)
    assert result.warnings() == []


MISTAKES = [
    Mistake(
        "kWh in a kg column",
        {13: "FABRIC-1,dyeing,steam,,8,kWh,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'kWh' is energy", "'steam'", "kg"),
        cure=("kg",),
    ),
    Mistake(
        "5 for 5 %: a loss of five times the mass",
        {12: "FABRIC-1,dyeing,dyeing_loss,,5,1,,,,,"},
        where="mill.csv:12 (dyeing.dyeing_loss)",
        what=("A loss of 5",),
        cure=("below 100 %", "5 percent is written 5 with unit %"),
    ),
    Mistake(
        "5 for 5 %: no unit at all",
        {12: "FABRIC-1,dyeing,dyeing_loss,,5,,,,,,"},
        where="mill.csv:12 (dyeing.dyeing_loss)",
        what=("no unit",),
        cure=("%",),
    ),
    Mistake(
        "no unit on a flow",
        {13: "FABRIC-1,dyeing,steam,,8,,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("no unit",),
        cure=("kg",),
    ),
    Mistake(
        "万米 where a mass is asked for",
        {13: "FABRIC-1,dyeing,steam,,8,万米,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'万米' is length", "kg"),
        cure=("kg",),
    ),
    Mistake(
        "output in metres, but the width is missing",
        {11: "FABRIC-1,weaving,electricity,,500000,kWh,,,,period,"},
        added=("FABRIC-1,product,grammage,,120,g/m2,,,,,", "FABRIC-1,weaving,output,,50,万米,,,,period,"),
        where="mill.csv:17 (weaving.output)",
        what=("万米", "cannot be weighed"),
        cure=("width",),
    ),
    Mistake(
        "a product twice: its rows stand there again",
        added=("FABRIC-1,dyeing,steam,,8,kg,,,,,",),
        where="mill.csv:16 (dyeing.steam)",
        what=("same row", "mill.csv:13"),
        cure=("item, region or year",),
    ),
    Mistake(
        "a loss twice with two amounts",
        added=("FABRIC-1,dyeing,dyeing_loss,,4,%,,CN,,,",),
        where="mill.csv:16 (dyeing.dyeing_loss)",
        what=("already", "mill.csv:12"),
        cure=("once",),
    ),
    Mistake(
        "an unknown column",
        {1: GOOD[0].replace("note", "remarks")},
        where="mill.csv:1",
        what=("'remarks' is not a known column",),
        cure=("note",),
    ),
    Mistake(
        "a misspelt column",
        {1: GOOD[0].replace("amount", "amout")},
        where="mill.csv:1",
        what=("'amout' is not a known column",),
        cure=("Did you mean 'amount'?",),
    ),
    Mistake(
        "a row that is too short",
        {13: "FABRIC-1,dyeing,steam,,8"},
        where="mill.csv:13",
        what=("5 cells", "header has 11"),
        cure=("11 cells",),
    ),
    Mistake(
        "a decimal comma that splits the cell: the unit is 2",
        {8: "FABRIC-1,spinning,electricity,,3,2,kWh/kg,,,,,"},
        where="mill.csv:8 (spinning.electricity)",
        what=("'2' is a plain number", "kWh"),
        cure=("kWh",),
    ),
    Mistake(
        "a row that is too long",
        {8: "FABRIC-1,spinning,electricity,,3.2,kWh/kg,,,,,,checked"},
        where="mill.csv:8",
        what=("12 cells", "header has 11"),
        cure=("quotes",),
    ),
    Mistake(
        "a decimal comma in quotes",
        {8: 'FABRIC-1,spinning,electricity,,"3,2",kWh/kg,,,,,'},
        where="mill.csv:8 (spinning.electricity)",
        what=("'3,2'", "amount"),
        cure=("decimal point",),
    ),
    Mistake(
        "a thousands separator",
        {14: 'FABRIC-1,dyeing,water,,"1,060",L,,,,,'},
        where="mill.csv:14 (dyeing.water)",
        what=("'1,060'", "amount"),
        cure=("plain",),
    ),
    Mistake(
        "a thousands separator of spaces",
        {14: "FABRIC-1,dyeing,water,,1 060,L,,,,,"},
        where="mill.csv:14 (dyeing.water)",
        what=("'1 060'", "amount"),
        cure=("plain",),
    ),
    Mistake(
        "an underscore in a number",
        {14: "FABRIC-1,dyeing,water,,1_060,L,,,,,"},
        where="mill.csv:14 (dyeing.water)",
        what=("'1_060'", "amount"),
        cure=("plain",),
    ),
    Mistake(
        "text in amount",
        {13: "FABRIC-1,dyeing,steam,,about 8,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'about 8'", "amount"),
        cure=("number",),
    ),
    Mistake(
        "a range in amount",
        {13: "FABRIC-1,dyeing,steam,,7-9,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'7-9'",),
        cure=("number",),
    ),
    Mistake(
        "two units that disagree",
        {13: "FABRIC-1,dyeing,steam,,8 t,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'t'", "'kg'"),
        cure=("once",),
    ),
    Mistake(
        "a negative amount",
        {13: "FABRIC-1,dyeing,steam,,-8,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("negative",),
        cure=("positive",),
    ),
    Mistake(
        "a negative loss",
        {12: "FABRIC-1,dyeing,dyeing_loss,,-3,%,,,,,"},
        where="mill.csv:12 (dyeing.dyeing_loss)",
        what=("negative",),
        cure=("positive",),
    ),
    Mistake(
        "NaN",
        {13: "FABRIC-1,dyeing,steam,,NaN,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'NaN'", "amount"),
        cure=("finite",),
    ),
    Mistake(
        "infinity",
        {13: "FABRIC-1,dyeing,steam,,inf,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'inf'", "amount"),
        cure=("finite",),
    ),
    Mistake(
        "a number too big to be counted",
        {13: "FABRIC-1,dyeing,steam,,1e400,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'1e400'",),
        cure=("finite",),
    ),
    Mistake(
        "an error of a spreadsheet, saved as CSV",
        {13: "FABRIC-1,dyeing,steam,,#REF!,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'#REF!'",),
        cure=("number",),
    ),
    Mistake(
        "shares of 99 %",
        {4: "FABRIC-1,product,share,cotton,34,%,,,,,"},
        where="mill.csv:3 (product.share)",
        what=("99 %",),
        cure=("100 %",),
    ),
    Mistake(
        "a fibre misspelt",
        {7: "FABRIC-1,spinning,fiber,coton,,,cotton,,,,"},
        where="mill.csv:7 (spinning.fiber)",
        what=("no fibre 'coton'",),
        cure=("polyester, cotton",),
        also="(spinning.fiber of cotton",
    ),
    Mistake(
        "a fibre in a stage that all fibres share",
        {13: "FABRIC-1,dyeing,steam,cotton,8,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("common to all fibres",),
        cure=("empty",),
    ),
    Mistake(
        "a stage misspelt",
        {13: "FABRIC-1,dying,steam,,8,kg,,,,,"},
        where="mill.csv:13 (dying.steam)",
        what=("no stage 'dying'",),
        cure=("Did you mean 'dyeing'?",),
        also="steam is missing",
    ),
    Mistake(
        "a stage in Chinese",
        {13: "FABRIC-1,染色,steam,,8,kg,,,,,"},
        where="mill.csv:13 (染色.steam)",
        what=("no stage '染色'",),
        cure=("dyeing",),
        also="steam is missing",
    ),
    Mistake(
        "a stage with a capital",
        {13: "FABRIC-1,Dyeing,steam,,8,kg,,,,,"},
        where="mill.csv:13 (Dyeing.steam)",
        what=("no stage 'Dyeing'",),
        cure=("Did you mean 'dyeing'?",),
        also="steam is missing",
    ),
    Mistake(
        "a flow misspelt",
        {13: "FABRIC-1,dyeing,staem,,8,kg,,,,,"},
        where="mill.csv:13 (dyeing.staem)",
        what=("no flow, loss or property 'staem'",),
        cure=("Did you mean 'steam'?",),
        also="steam is missing",
    ),
    Mistake(
        "a flow of another stage",
        added=("FABRIC-1,weaving,steam,,1,kg,,,,,",),
        where="mill.csv:16 (weaving.steam)",
        what=("'weaving'", "'steam'"),
        cure=("dyeing",),
    ),
    Mistake(
        "year 24",
        {2: "FABRIC-1,product,,,,,,CN,24,,"},
        where="mill.csv:2 (product)",
        what=("'24' is not a year",),
        cure=("four digits",),
    ),
    Mistake(
        "a date for a year",
        {2: "FABRIC-1,product,,,,,,CN,2024-06-30,,"},
        where="mill.csv:2 (product)",
        what=("'2024-06-30' is not a year",),
        cure=("four digits",),
    ),
    Mistake(
        "a total of a period without the output",
        {13: "FABRIC-1,dyeing,steam,,800,t,,,,period,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("period", "no output"),
        cure=("`output`",),
    ),
    Mistake(
        "the output of a period of nothing",
        {13: "FABRIC-1,dyeing,steam,,800,t,,,,period,"},
        added=("FABRIC-1,dyeing,output,,0,t,,,,period,",),
        where="mill.csv:16 (dyeing.output)",
        what=("zero",),
        cure=("gave",),
    ),
    Mistake(
        "an output that says no period",
        added=("FABRIC-1,dyeing,output,,100,t,,,,,",),
        where="mill.csv:16 (dyeing.output)",
        what=("only for a period",),
        cure=("`period`",),
    ),
    Mistake(
        "a period misspelt",
        {13: "FABRIC-1,dyeing,steam,,8,kg,,,,year,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'year'", "per"),
        cure=("product, period",),
    ),
    Mistake(
        "an optional stage by accident: one row of coating, and its resin is missing",
        added=("FABRIC-1,coating,,,,,,CN,,,",),
        where="mill.csv (coating.resin, product FABRIC-1)",
        what=("resin is missing", "no value for it"),
        cure=("kg",),
    ),
    Mistake(
        "a row forgotten: the answer says what to measure",
        {13: ",,,,,,,,,,"},
        where="mill.csv (dyeing.steam, product FABRIC-1)",
        what=("missing",),
        cure=("kg", "read the steam meter of the dyehouse"),
    ),
    Mistake(
        "an amount forgotten",
        {13: "FABRIC-1,dyeing,steam,,,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("amount is missing",),
        cure=("kg",),
    ),
    Mistake(
        "an unknown item",
        {15: "FABRIC-1,dyeing,dye,,2,%,reactive_die,,,,"},
        where="mill.csv:15 (dyeing.dye)",
        what=("no emission factor 'reactive_die'",),
        cure=("Did you mean 'reactive_dye'?",),
    ),
    Mistake(
        "no item where the rule names none",
        {15: "FABRIC-1,dyeing,dye,,2,%,,,,,"},
        where="mill.csv:15 (dyeing.dye)",
        what=("No item",),
        cure=("`item`",),
    ),
    Mistake(
        "an item of another category",
        {15: "FABRIC-1,dyeing,dye,,2,%,cotton,,,,"},
        where="mill.csv:15 (dyeing.dye)",
        what=("'cotton' is of category 'fibre'", "'chemical'"),
        cure=("'chemical'",),
    ),
    Mistake(
        "a factor of the wrong kind: direct CO2 of the grid",
        {11: "FABRIC-1,weaving,electricity,,5,kWh,grid_direct,,,,"},
        where="mill.csv:11 (weaving.electricity)",
        what=("'grid_direct'", "'life_cycle'", "there are: direct"),
        cure=("kind",),
    ),
    Mistake(
        "a factor in another unit",
        {13: "FABRIC-1,dyeing,steam,,8,kg,water,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'water'", "kgCO2e/m3", "kg"),
        cure=("kgCO2e/kg",),
    ),
    Mistake(
        "a region in lower case",
        {11: "FABRIC-1,weaving,electricity,,5,kWh,,cn,,,"},
        where="mill.csv:11 (weaving.electricity)",
        what=("'cn' is not a region",),
        cure=("CN",),
    ),
    Mistake(
        "a region in Chinese",
        {11: "FABRIC-1,weaving,electricity,,5,kWh,,浙江,,,"},
        where="mill.csv:11 (weaving.electricity)",
        what=("'浙江' is not a region",),
        cure=("CN-ZJ",),
    ),
    Mistake(
        "a region by name",
        {11: "FABRIC-1,weaving,electricity,,5,kWh,,Norway,,,"},
        where="mill.csv:11 (weaving.electricity)",
        what=("'Norway' is not a region",),
        cure=("NO",),
    ),
    Mistake(
        "a link to a product that is not there",
        {15: "FABRIC-1,dyeing,dye,,2,%,product:FABRIC-2,,,,"},
        where="mill.csv:15 (dyeing.dye)",
        what=("no product", "product:FABRIC-2"),
        cure=("Did you mean 'product:FABRIC-1'?",),
        also="steam is missing",
    ),
    Mistake(
        "a word that the loom does not know",
        {9: "FABRIC-1,weaving,loom,,,,airjet,,,,"},
        where="mill.csv:9 (weaving.loom)",
        what=("'airjet' is not a word of 'loom'",),
        cure=("Did you mean 'air_jet'?",),
    ),
    Mistake(
        "the word in the column amount",
        {9: "FABRIC-1,weaving,loom,,rapier,,,,,,"},
        where="mill.csv:9 (weaving.loom)",
        what=("'rapier'",),
        cure=("item",),
    ),
    Mistake(
        "no product",
        {13: ",dyeing,steam,,8,kg,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("product is missing",),
        cure=("product",),
    ),
    Mistake(
        "no stage",
        {13: "FABRIC-1,,steam,,8,kg,,,,,"},
        where="mill.csv:13",
        what=("stage is missing",),
        cure=("stage",),
        also="steam is missing",
    ),
    Mistake(
        "an amount without a flow",
        {13: "FABRIC-1,dyeing,,,8,kg,,,,,"},
        where="mill.csv:13 (dyeing)",
        what=("no flow",),
        cure=("Name the flow",),
        also="steam is missing",
    ),
    Mistake(
        "a flow of which nothing comes near",
        {13: "FABRIC-1,dyeing,zzzzzzzzzz,,8,kg,,,,,"},
        where="mill.csv:13 (dyeing.zzzzzzzzzz)",
        what=("no flow, loss or property 'zzzzzzzzzz'",),
        cure=("It has:", "dyeing_loss, steam, water, dye"),
        also="steam is missing",
    ),
    Mistake(
        "an item of which nothing comes near",
        {15: "FABRIC-1,dyeing,dye,,2,%,zzzzzzzzzz,,,,"},
        where="mill.csv:15 (dyeing.dye)",
        what=("no emission factor 'zzzzzzzzzz'",),
        cure=("textile-pcf factors search",),
    ),
    Mistake(
        "a link of which nothing comes near",
        {15: "FABRIC-1,dyeing,dye,,2,%,product:zzzzzzzzzz,,,,"},
        where="mill.csv:15 (dyeing.dye)",
        what=("no product", "product:zzzzzzzzzz"),
        cure=("Add the rows of that product",),
    ),
    Mistake(
        "an amount beyond all measure",
        {13: "FABRIC-1,dyeing,steam,,1e308,t,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("beyond what can be counted",),
        cure=("Check the amount and its unit",),
    ),
    Mistake(
        "a number for a choice",
        {9: "FABRIC-1,weaving,loom,,5,kg,rapier,,,,"},
        where="mill.csv:9 (weaving.loom)",
        what=("'loom' is a choice",),
        cure=("column `item`",),
    ),
    Mistake(
        "a choice without a word",
        {9: "FABRIC-1,weaving,loom,,,,,,,,"},
        where="mill.csv:9 (weaving.loom)",
        what=("No word is chosen for 'loom'",),
        cure=("water_jet, air_jet, rapier",),
    ),
    Mistake(
        "a choice forgotten",
        {9: ",,,,,,,,,,"},
        where="mill.csv (weaving.loom, product FABRIC-1)",
        what=("loom is missing",),
        cure=("water_jet, air_jet, rapier", "column `item`"),
    ),
    Mistake(
        "a loss per period",
        {12: "FABRIC-1,dyeing,dyeing_loss,,3,%,,,,period,"},
        where="mill.csv:12 (dyeing.dyeing_loss)",
        what=("`per` stands only with flows", "'dyeing_loss'"),
        cure=("Leave `per` empty",),
    ),
    Mistake(
        "a share of a period",
        {4: "FABRIC-1,product,share,cotton,35,%,,,,period,"},
        where="mill.csv:4 (product.share)",
        what=("no `per`",),
        cure=("65 with unit %",),
        also="share",
    ),
    Mistake(
        "a share without a fibre",
        {4: "FABRIC-1,product,share,,35,%,,,,,"},
        where="mill.csv:4 (product.share)",
        what=("names no fibre",),
        cure=("column `component`",),
        also="spinning.fiber",
    ),
    Mistake(
        "an output of a period without an amount",
        {13: "FABRIC-1,dyeing,steam,,800,t,,,,period,"},
        added=("FABRIC-1,dyeing,output,,,t,,,,period,",),
        where="mill.csv:16 (dyeing.output)",
        what=("no amount",),
        cure=("gave in the period",),
        also="no output to be divided by",
    ),
    Mistake(
        "a `per` without an amount",
        {13: "FABRIC-1,dyeing,steam,,,,,,,product,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("`per` but no amount",),
        cure=("leave `per` empty",),
    ),
    Mistake(
        "two rows that both take the rule's value",
        added=("FABRIC-1,spinning,fiber,polyester,,,polyester,CN,,,",),
        where="mill.csv:16 (spinning.fiber)",
        what=("takes the rule's value of this flow already",),
        cure=("keep one of the rows",),
    ),
    Mistake(
        "an unknown unit",
        {13: "FABRIC-1,dyeing,steam,,8,bucket,,,,,"},
        where="mill.csv:13 (dyeing.steam)",
        what=("'bucket' is not a known unit",),
        cure=("kg",),
    ),
    Mistake(
        "a unit in capitals",
        {11: "FABRIC-1,weaving,electricity,,5,KWH,,,,,"},
        where="mill.csv:11 (weaving.electricity)",
        what=("'KWH' is not a known unit",),
        cure=("kWh",),
    ),
    Mistake(
        "a quotation mark left open",
        {13: 'FABRIC-1,dyeing,steam,,8,"kg,,,,,'},
        where="mill.csv:",
        what=("quotation mark",),
        cure=("Close it",),
    ),
    Mistake(
        "a column twice",
        {1: GOOD[0].replace("note", "amount")},
        where="mill.csv:1",
        what=("'amount'", "twice"),
        cure=("Keep one",),
    ),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_mistake(mistake, tmp_path):
    found = problems(written(tmp_path, mistake.text()))
    told = "\n".join(map(str, found))
    problem = next((each for each in found if each.where.removeprefix(f"{tmp_path}/").startswith(mistake.where)), None)
    assert problem, f"no problem at {mistake.where}:\n{told}"
    assert not [words for words in mistake.what if words not in problem.what], problem.what
    assert not [words for words in mistake.cure if words not in problem.cure], problem.cure
    noise = [each for each in found if each is not problem and not (mistake.also and mistake.also in str(each))]
    assert not noise, f"one mistake, {len(found)} answers:\n{told}"


def test_all_mistakes_have_a_name_of_their_own():
    names = [mistake.name for mistake in MISTAKES]
    assert len(set(names)) == len(names) >= 24


# ---------------------------------------------------------------- many at once


def test_many_mistakes_in_one_table_are_answered_at_once(tmp_path):
    """Every mistake that is one line gets a product of its own; one run names them all."""
    chosen = [mistake for mistake in MISTAKES if len(mistake.lines) == 1 and not mistake.added and _a_row(mistake)]
    assert len(chosen) >= 24
    rows = [GOOD[0]]
    expected: list[tuple[str, Mistake]] = []
    for number, mistake in enumerate(chosen):
        line, text = next(iter(mistake.lines.items()))
        first = len(rows)
        for place, row in enumerate(GOOD[1:], 2):
            rows.append((text if place == line else row).replace("FABRIC-1", f"PRODUCT-{number}"))
        there = mistake.where
        if there.startswith("mill.csv:"):
            _, _, rest = there.removeprefix("mill.csv:").partition(" ")
            shift = int(there.removeprefix("mill.csv:").split(" ")[0]) - 1 + first
            there = f"mill.csv:{shift} {rest}".strip()
        expected.append((there.replace("FABRIC-1", f"PRODUCT-{number}"), mistake))
    found = problems(written(tmp_path, "\n".join(rows)))
    places: dict[str, str] = {}
    for problem in found:
        where = problem.where.removeprefix(f"{tmp_path}/")
        places[where] = f"{places.get(where, '')} {problem.what}"
    missing = [
        f"{mistake.name}: {where}"
        for where, mistake in expected
        if not all(
            words in places.get(where, "") for words in mistake.what if "FABRIC" not in words and "mill.csv" not in words
        )
    ]
    assert not missing, "\n".join(missing)
    follow = {mistake.also for _, mistake in expected if mistake.also}
    told = [problem for problem in found if not any(words in str(problem) for words in follow)]
    places_told = {where for where, _ in expected}
    noise = [str(each) for each in told if each.where.removeprefix(f"{tmp_path}/") not in places_told]
    assert not noise, "\n".join(noise)
    assert len({each.where for each in told}) == len(told), "told twice"


def _a_row(mistake: Mistake) -> bool:
    """One row says something wrong that stands for one product: not the shape of the file."""
    (line,) = mistake.lines
    whole = mistake.lines[line].count(",") == 10 or '"' in mistake.lines[line]
    return line > 1 and whole and "left open" not in mistake.name and mistake.name != "no product"


def test_a_wrong_column_does_not_hide_wrong_rows(tmp_path):
    """Unknown columns and wrong rows are told together: all problems are collected and raised once."""
    lines = list(GOOD)
    lines[0] = lines[0].replace("note", "remarks")
    lines[12] = "FABRIC-1,dyeing,steam,,8,kWh,,,,,"
    told = "\n".join(map(str, problems(written(tmp_path, "\n".join(lines)))))
    assert "remarks" in told
    assert "mill.csv:13" in told


def test_a_short_row_does_not_hide_wrong_rows(tmp_path):
    lines = list(GOOD)
    lines[12] = "FABRIC-1,dyeing,steam,,8,kWh,,,,,"
    lines[13] = "FABRIC-1,dyeing,water"
    told = "\n".join(map(str, problems(written(tmp_path, "\n".join(lines)))))
    assert "mill.csv:14" in told
    assert "mill.csv:13" in told


# ---------------------------------------------------------------- mistakes that are a whole file


def test_empty_file(tmp_path):
    (problem,) = problems(written(tmp_path, ""))
    assert problem.where.endswith("mill.csv")
    assert "empty" in problem.what
    assert "header" in problem.cure


def test_header_only(tmp_path):
    (problem,) = problems(written(tmp_path, GOOD[0] + "\n"))
    assert "no rows" in problem.what
    assert "row" in problem.cure


def test_rows_of_commas_only(tmp_path):
    (problem,) = problems(written(tmp_path, GOOD[0] + "\n" + ",,,,,,,,,,\n" * 3))
    assert "no rows" in problem.what


def test_a_file_of_another_kind(tmp_path):
    path = tmp_path / "mill.xlsx"
    path.write_text("\n".join(GOOD), encoding="utf-8")
    (problem,) = problems(path)
    assert "mill.xlsx" in problem.where
    assert "not an Excel workbook" in problem.what
    assert problem.cure


def test_a_pdf(tmp_path):
    path = tmp_path / "mill.pdf"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(tp.PcfError) as caught:
        footprint(path)
    assert "'.pdf'" in str(caught.value)
    assert ".csv" in str(caught.value)


def test_an_old_workbook(tmp_path):
    path = tmp_path / "mill.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(tp.PcfError) as caught:
        footprint(path)
    assert "Save the workbook as .xlsx" in str(caught.value)


def test_the_same_id_in_different_case(tmp_path):
    """`fabric-1` is another product than `FABRIC-1`; the answer says so instead of only listing what `fabric-1` lacks."""
    lines = list(GOOD)
    lines[12] = lines[12].replace("FABRIC-1", "fabric-1")
    told = "\n".join(map(str, problems(written(tmp_path, "\n".join(lines)))))
    assert "mill.csv:13" in told
    assert "'fabric-1'" in told
    assert "'FABRIC-1'" in told


def test_a_product_that_only_a_space_tells_apart_is_the_same(tmp_path):
    lines = list(GOOD)
    lines[12] = lines[12].replace("FABRIC-1", " FABRIC-1 ")
    assert footprint(written(tmp_path, "\n".join(lines))).products == ("FABRIC-1",)


# ---------------------------------------------------------------- what looks like a mistake and is none


def same(path):
    """The file gives what the good table gives."""
    return float(footprint(path).totals[0]) == pytest.approx(float(footprint(HERE / "good.csv").totals[0]), rel=1e-12)


HEADERS = {"product": "产品", "stage": "工序", "flow": "项目", "component": "纤维", "amount": "数量", "unit": "单位",
           "item": "物料", "region": "地区", "year": "年份", "per": "计量基准", "note": "备注"}  # fmt: skip


def chinese():
    return ",".join(HEADERS[name] for name in GOOD[0].split(","))


def test_chinese_headers(tmp_path):
    assert same(written(tmp_path, "\n".join([chinese(), *GOOD[1:]])))


def test_an_unknown_chinese_header(tmp_path):
    (problem,) = problems(written(tmp_path, "\n".join([chinese().replace("备注", "车间"), *GOOD[1:]])))
    assert problem.where.endswith("mill.csv:1")
    assert "'车间' is not a known column" in problem.what
    assert "note" in problem.cure


def test_headers_with_capitals_and_spaces(tmp_path):
    assert same(written(tmp_path, "\n".join([GOOD[0].title().replace(",", " , "), *GOOD[1:]])))


def test_gbk_encoded_csv(tmp_path):
    lines = [chinese(), *GOOD[1:]]
    lines[13] = lines[13].replace(",L,", ",升,")
    path = written(tmp_path, "\n".join(lines), encoding="gbk")
    assert same(path)
    assert any("GB18030" in text for text in footprint(path).warnings())


def test_utf8_with_byte_order_mark_semicolons_and_crlf(tmp_path):
    path = tmp_path / "mill.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(GOOD).replace(",", ";").encode())
    assert same(path)


def test_utf16_of_excel(tmp_path):
    assert same(written(tmp_path, "\n".join(GOOD).replace(",", "\t"), encoding="utf-16"))


def test_no_for_norway(tmp_path):
    """`NO` is Norway in CSV, Excel and YAML alike, never `false`: its own factor of 0.02."""
    lines = list(GOOD)
    lines[10] = "FABRIC-1,weaving,electricity,,5,kWh,,NO,,,"
    table = written(tmp_path, "\n".join(lines))
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    listed = "\n".join(
        "  - {" + ", ".join(f"{key}: {_yaml(value)}" for key, value in row.items() if value and key != "product") + "}"
        for row in rows
    )
    document = tmp_path / "mill.yaml"
    document.write_text(f"product: FABRIC-1\nrows:\n{listed}\n", encoding="utf-8")
    assert "region: NO" in document.read_text(encoding="utf-8")
    for path in (table, document, workbook(tmp_path, lines)):
        found = footprint(path).contributions
        assert list(found[(found["stage"] == "weaving") & (found["flow"] == "electricity")]["region"]) == ["NO"], path


def _yaml(value):
    return f'"{value}"' if value in ("%",) else value


def test_unit_in_the_amount(tmp_path):
    lines = list(GOOD)
    lines[12] = "FABRIC-1,dyeing,steam,,8 kg,,,,,,"
    assert same(written(tmp_path, "\n".join(lines)))


def test_a_loss_far_too_small_is_warned_of(tmp_path):
    """0.12 % where 12 % was meant: possible, so a warning."""
    lines = list(GOOD)
    lines[4] = "FABRIC-1,spinning,spinning_waste,,0.12,%,,,,,"
    (first, second) = footprint(written(tmp_path, "\n".join(lines))).warnings()
    assert "spinning_waste" in first
    assert "0.12 %" in first
    assert "2 to 55 %" in first
    assert "cotton" in first + second


def test_titles_above_the_header(tmp_path):
    path = written(tmp_path, "\n".join(["Data of the mill,,,,,,,,,,", *GOOD]))
    assert same(path)
    assert any("line 2" in text for text in footprint(path).warnings())


# ---------------------------------------------------------------- workbooks


def workbook(folder, lines=GOOD, change=None, sheet="activity"):
    """The good table as a workbook, numbers as numbers; `change` spoils its sheet."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for line in lines:
        page.append([_cell(text) for text in line.split(",")])
    if change:
        change(page)
    path = folder / "mill.xlsx"
    book.save(path)
    return path


def _cell(text):
    try:
        return float(text)
    except ValueError:
        return text or None


def test_good_workbook(tmp_path):
    assert same(workbook(tmp_path))


def set_cell(place, value, form=None):
    def change(page):
        page[place] = value
        if form:
            page[place].number_format = form

    return change


WORKBOOKS = {
    "merged cells": (lambda page: page.merge_cells("B13:B15"), "activity!B13:B15", "merged", "Unmerge"),
    "a formula without a value": (set_cell("E13", "=2*4"), "activity!E13", "formula has no stored value", "Excel"),
    "an error cell": (set_cell("E13", "#REF!"), "activity!E13", "#REF!", "formula"),
    "a date in the amount": (set_cell("E13", datetime.date(2024, 8, 1)), "activity!E13", "date", "number"),
    "a date in the year": (set_cell("I2", datetime.datetime(2024, 1, 1)), "activity!I2", "date", "number"),
    "a percentage format": (set_cell("E12", 0.03, "0.00%"), "activity!E12", "percentage", "5 for 5 %"),
    "text in amount": (set_cell("E13", "about 8"), "activity!E13 (dyeing.steam)", "'about 8'", "number"),
    "kWh in a kg column": (set_cell("F13", "kWh"), "activity!F13 (dyeing.steam)", "'kWh' is energy", "kg"),
    "an unknown column": (set_cell("K1", "remarks"), "activity!K1", "'remarks'", "note"),
    "a word beside the table": (set_cell("M13", "checked"), "activity!M13", "without a header", "header"),
    "TRUE for a region": (set_cell("H11", True), "activity!H11 (weaving.electricity)", "'TRUE' is not a region", "CN"),
    "year 24": (set_cell("I2", 24), "activity!I2 (product)", "'24' is not a year", "four digits"),
    "a negative number": (set_cell("E13", -8), "activity!E13 (dyeing.steam)", "negative", "positive"),
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_mistake_in_a_workbook(name, tmp_path):
    change, where, what, cure = WORKBOOKS[name]
    found = problems(workbook(tmp_path, change=change))
    told = "\n".join(map(str, found))
    problem = next((each for each in found if where in each.where), None)
    assert problem, f"no problem at {where}:\n{told}"
    assert what in problem.what
    assert cure in problem.cure
    assert len(found) == 1, told


def test_numbers_stored_as_text_are_read(tmp_path):
    assert same(workbook(tmp_path, change=set_cell("E13", "8")))


def test_no_sheet_activity(tmp_path):
    def another(page):
        page.parent.create_sheet("Sheet2")

    (problem,) = problems(workbook(tmp_path, change=another, sheet="data"))
    assert "no sheet 'activity'" in problem.what
    assert "Rename" in problem.cure
