"""Make the readings of a small dyehouse: three machines, two days, every quarter of an hour. Every run gives the same bytes.

    python examples/dyehouse/make.py

The machines, recipes and times are made up; the table `readings.csv` has what collectors of real mills have: registers that
only grow, a lost telegram here and there, a register that begins again, one that is changed, and a main meter above all.
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
START, MINUTES, STEP, SEED = datetime(2026, 3, 9), 2 * 1440, 15, 20260309
MACHINES = {"JET1": (14.0, 0.9), "JET2": (22.0, 1.4), "STENTER": (55.0, 0.4)}  # kW while a batch runs, kW while none does
PRODUCTS = ("POPLIN-BLUE", "POPLIN-WHITE", "TWILL-NAVY")
DOSES = {  # of a dyeing batch: chemical -> dose; g/L at a liquor ratio of 1:8
    "POPLIN-BLUE": {"blue": "2 %", "salt": "60 g/L", "soda": "20 g/L", "wetting": "0.5 g/L"},
    "POPLIN-WHITE": {"brightener": "0.3 %", "soda": "2 g/L", "wetting": "0.5 g/L"},
    "TWILL-NAVY": {"navy": "4 %", "salt": "80 g/L", "soda": "20 g/L", "wetting": "1 g/L"},
}
FINISHED = {"softener": "1.5 %"}
STORE = {  # chemical -> name, CAS number, region where it is made
    "blue": ("Reactive blue", "", "CN"), "navy": ("Reactive navy", "", "CN"), "brightener": ("Optical brightener", "", "CN"),
    "salt": ("Sodium sulphate", "7757-82-6", "FR"), "soda": ("Soda ash", "497-19-8", "FR"),
    "wetting": ("Wetting agent", "", "TW"), "softener": ("Silicone softener", "", "GLO"),
}  # fmt: skip


def write(name: str, head: str, rows: list[tuple[object, ...]]) -> None:
    """Write one table beside this script."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head.split(","))
        writer.writerows(rows)


def text(minute: float) -> str:
    """A time of the two days."""
    return (START + timedelta(minutes=float(minute))).strftime("%Y-%m-%d %H:%M")


def made_batches(random: np.random.Generator) -> list[tuple[object, ...]]:
    """Batches of each machine, one after the other with pauses; one of them is dyed again."""
    rows: list[tuple[object, ...]] = []
    for machine in MACHINES:
        jet, minute, number = machine.startswith("JET"), int(random.integers(350, 420)), 0
        while minute < MINUTES - 400:
            length, number = int(random.integers(180, 360) if jet else random.integers(60, 120)), number + 1
            taken = int(random.integers(300, 620)) if jet else int(random.integers(500, 900))
            rework = machine == "JET2" and number == 3
            given = round(taken * (0.985 if jet else 0.995), 1)
            product, process = PRODUCTS[int(random.integers(0, 3))], "dyeing" if jet else "finishing"
            times = (text(minute), text(minute + length))
            again = "yes" if rework else ""
            rows.append((f"{machine}-{number:02d}", product, process, machine, *times, taken, given, "kg", again))
            minute += length + int(random.integers(15, 90))
    return rows


def made_use(random: np.random.Generator, batches: list[tuple[object, ...]]) -> dict[str, np.ndarray]:
    """Electricity [kWh], steam [t] and water [m3] of every minute, by meter."""
    use: dict[str, np.ndarray] = {}
    for machine, (running, idle) in MACHINES.items():
        power = np.full(MINUTES, idle / 60) * random.uniform(0.8, 1.2, MINUTES)
        steam, water = np.zeros(MINUTES), np.zeros(MINUTES)
        for row in batches:
            if row[3] == machine:
                low, high = (int((datetime.fromisoformat(str(row[k])) - START) / timedelta(minutes=1)) for k in (4, 5))
                power[low:high] += running / 60 * random.uniform(0.7, 1.3, high - low)
                if machine != "STENTER":
                    steam[low : low + 60] += 0.0028 * float(str(row[6])) / 60
                    water[low:high:20] += 0.07 * float(str(row[6])) / len(range(low, high, 20))
        use[f"E-{machine}"] = power
        if machine != "STENTER":
            use[f"S-{machine}"], use[f"W-{machine}"] = steam, water
    use["E-OFFICE"] = np.full(MINUTES, 3 / 60) * random.uniform(0.5, 1.5, MINUTES)
    parts = [series for name, series in use.items() if name.startswith("E-")]
    use["E-MAIN"] = np.sum(parts, axis=0) + 2 / 60 * random.uniform(0.8, 1.2, MINUTES)  # light, pumps: not metered themselves
    return use


def made_readings(random: np.random.Generator, use: dict[str, np.ndarray]) -> list[tuple[object, ...]]:
    """What the registers show every quarter of an hour; three in a hundred telegrams are lost."""
    first = {"E-JET2": 99900.0, "E-MAIN": 412000.0}
    rows: list[tuple[object, ...]] = []
    for name, series in use.items():
        register = np.concatenate([[0.0], np.cumsum(series)]) + first.get(name, float(random.integers(100, 90000)))
        if name == "E-JET2":
            register = np.where(register >= 100000, register - 100000, register)  # five digits: it begins again
        if name == "E-JET1":
            register[1700:] -= np.floor(register[1700]) - 2.0  # a new register from minute 1700 on
        for minute in range(0, MINUTES + 1, STEP):
            if minute in (0, MINUTES) or random.random() > 0.03:
                rows.append((name, text(minute), f"{np.floor(register[minute] * 1000) / 1000:.3f}", minute))
    rows.sort(key=lambda row: (row[3], row[0]))
    return [row[:3] for row in rows]


def dosed(text: str, taken: float) -> float:
    """The kg of a dose in a batch that took this input [kg], in a liquor of 8 L/kg."""
    number, unit = text.split(" ")
    return float(number) / 100 * taken if unit == "%" else float(number) * 8 * taken / 1000


def write_chemicals(batches: list[tuple[object, ...]]) -> None:
    """Recipes of every batch, the store, and the factors that a person chose. Up to 3 % more is used than the recipes say."""
    random, recipes, used = np.random.default_rng(SEED + 1), [], dict.fromkeys(STORE, 0.0)
    for row in batches:
        for chemical, dose in (DOSES[str(row[1])] if row[2] == "dyeing" else FINISHED).items():
            recipes.append((row[0], chemical, dose, "1:8" if dose.endswith("g/L") else ""))
            used[chemical] += dosed(dose, float(str(row[6])))
    write("recipes.csv", "batch,chemical,dose,liquor_ratio", recipes)
    stock: list[tuple[object, ...]] = []
    for chemical, kg in used.items():
        opening, consumed = int(random.integers(20, 400)), round(kg * random.uniform(1.0, 1.03), 1)
        purchased = int(np.ceil(consumed / 25) * 25)
        name, cas, region = STORE[chemical]
        stock.append((chemical, name, cas, opening, purchased, f"{opening + purchased - consumed:.1f}", "kg", region))
    write("stock.csv", "chemical,name,cas,opening,purchased,closing,unit,region", stock)
    dye = ("disperse_dye_blue_79", "proxy", "no open value of reactive dyes")
    write("map.csv", "chemical,item,level,reason", [
        ("blue", *dye), ("navy", *dye), ("soda", "caustic_soda_50", "class", "an alkali as well; no open value of soda ash"),
        ("wetting", "surfactant_aos", "class", "anionic as well"), ("softener", "silicone_rtv", "proxy", "a silicone as well"),
    ])  # fmt: skip


def write_utilities(use: dict[str, np.ndarray]) -> None:
    """What the site used in the two days, as on a bill, with the load of its wastewater."""
    total = {kind: sum(float(series.sum()) for name, series in use.items() if name.startswith(kind)) for kind in "SW"}
    rows: list[tuple[object, ...]] = [
        ("electricity", "", f"{use['E-MAIN'].sum() - use['E-OFFICE'].sum():.0f}", "kWh", "", "", "", ""),
        ("electricity", "domestic", f"{use['E-OFFICE'].sum():.0f}", "kWh", "", "", "", ""),
        ("steam", "", f"{total['S']:.2f}", "t", 2783.74, "", "", ""),
        ("wastewater", "", f"{0.9 * total['W']:.0f}", "m3", "", 1200, 200, 0.03)]  # fmt: skip
    head = "carrier,use,amount,unit,enthalpy,cod_in,cod_out,mcf,region,year"
    write("utilities.csv", head, [(*row, "CN", START.year) for row in rows])


def main() -> None:
    """Write the tables."""
    random = np.random.default_rng(SEED)
    batches = made_batches(random)
    use = made_use(random, batches)
    write("readings.csv", "meter,time,value", made_readings(random, use))
    write("batches.csv", "batch,product,process,machine,start,end,input,output,unit,rework", batches)
    head = "meter,carrier,unit,reading,rollover,max_rate,machine,parent,use,item,enthalpy"
    meters: list[tuple[object, ...]] = [("E-MAIN", "electricity", "kWh", "cumulative", "", "200 kW", "", "", "", "", ""),
              ("E-OFFICE", "electricity", "kWh", "cumulative", "", "", "", "E-MAIN", "outside", "", "")]  # fmt: skip
    for machine in MACHINES:
        rollover = 100000 if machine == "JET2" else ""
        meters.append((f"E-{machine}", "electricity", "kWh", "cumulative", rollover, "100 kW", machine, "E-MAIN", "", "", ""))
        if machine != "STENTER":
            meters.append((f"S-{machine}", "steam", "t", "cumulative", "", "", machine, "", "", "steam", 2783.74))
            meters.append((f"W-{machine}", "water", "m3", "cumulative", "", "", machine, "", "", "tap_water", ""))
    write("meters.csv", head, meters)
    energy = np.concatenate([[0.0], np.cumsum(use["E-JET1"])])
    first = next(float(row[2]) for row in csv_rows("readings.csv") if row[0] == "E-JET1")
    write("events.csv", "meter,time,kind,old_value,new_value,note", [
        ("E-JET1", text(1700), "reset", f"{first + energy[1700] - energy[0]:.3f}", new_value(first, energy), "register changed")
    ])  # fmt: skip

    write_chemicals(batches)
    write_utilities(use)


def csv_rows(name: str) -> list[list[str]]:
    """The rows of a table that stands already."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def new_value(first: float, energy: np.ndarray) -> str:
    """What the new register of JET1 showed when it was put in."""
    register = first + energy[1700]
    return f"{register - (np.floor(register) - 2.0):.3f}"


if __name__ == "__main__":
    main()
