# %% [markdown]
# # A mill's fabric in Brightway, and Brightway's background in the mill's footprint
#
# A verifier who works in Brightway recalculates our result; then a database of a Brightway project becomes our background.
#
# Install with `pip install 'textile_pcf[brightway]'`. The second half writes into Brightway projects; where no `BRIGHTWAY2_DIR`
# is set, they stand in a folder of their own, so that yours stay as they are.

# %%
import os
import tempfile
from pathlib import Path

import textile_pcf as tp
from textile_pcf.brightway import factors_from_brightway, scores_of, write_database

os.environ.setdefault("BRIGHTWAY2_DIR", tempfile.mkdtemp())
EXAMPLE = Path(__file__).parent / "polyester_cotton_blend" / "activity.csv"
result = tp.footprint(EXAMPLE, "chemical_fiber_fabric")
print(result.total())

# %% [markdown]
# ## The same number by another engine
#
# `to_datapackage` writes the unit processes behind the result: ratios of masses, amounts per kilogram, factors. No mass of the
# chain and no sum is in it. Brightway solves it; no project is touched.

# %%
package = result.to_datapackage()
nodes, _ = package.get_resource("nodes")
print(nodes.groupby("kind", sort=False)["id"].count().to_string())

# %%
scores = scores_of(result)
print(scores)
print(scores.per_stage().T.query("`TC-65-35` > 0").round(4).to_string())
assert scores.deviation < 1e-9

# %% [markdown]
# As a Brightway user would write it, with `bw2calc` alone. Ids count from 1, products first.

# %%
import bw2calc  # noqa: E402

lca = bw2calc.LCA({1: 1.0}, data_objs=[package])
lca.lci()
lca.lcia()
print(f"bw2calc {lca.score:.12g}, textile_pcf {result.totals[0]:.12g}")
assert abs(lca.score / result.totals[0] - 1) < 1e-9

# %% [markdown]
# ## In a project, for Activity Browser
#
# Activities per product and stage, with Brightway's unit names and the provenance of every amount in the comment.

# %%
keys = write_database(result, project="mill", database="fabric")
import bw2data  # noqa: E402

bw2data.projects.set_current("mill")
fabric = bw2data.get_activity(keys["TC-65-35"])
lca = bw2calc.LCA({fabric: 1.0}, ("textile_pcf", "fabric", "total"))
lca.lci()
lca.lcia()
print(f"{fabric['name']}: {lca.score:.6g} kg CO2e per {fabric['unit']}")  # databases keep numbers in single precision
assert abs(lca.score / result.totals[0] - 1) < 1e-6

# %% [markdown]
# ## A Brightway database as our background
#
# A database of the project, here a small one with **numbers made up for this page**, an IPCC method, and chosen activities:
# the names on the left are the items that rules and activity data ask for.

# %%
bw2data.projects.set_current("background")
gases = {"co2": ("Carbon dioxide, fossil", 1.0), "ch4": ("Methane, fossil", 29.8), "n2o": ("Dinitrogen monoxide", 273.0)}
bw2data.Database("gases").write(
    {
        ("gases", code): {"name": name, "unit": "kilogram", "type": "emission", "categories": ("air",), "exchanges": []}
        for code, (name, _) in gases.items()
    }
)
METHOD = ("IPCC 2021", "climate change", "GWP 100a")
method = bw2data.Method(METHOD)
method.register(unit="kg CO2-Eq")
method.write([(("gases", code), weight) for code, (_, weight) in gases.items()])
bw2data.Database("our background").write(
    {
        ("our background", "grid"): {
            "name": "electricity, medium voltage", "unit": "kilowatt hour", "location": "CN", "type": "process",
            "exchanges": [
                {"input": ("our background", "grid"), "amount": 1.0, "type": "production"},
                {"input": ("our background", "grid"), "amount": 0.05, "type": "technosphere"},
                {"input": ("gases", "co2"), "amount": 0.5, "type": "biosphere"},
                {"input": ("gases", "ch4"), "amount": 0.002, "type": "biosphere"},
            ],
        }
    }
)  # fmt: skip
bw2data.projects.set_current("default")

# %%
ours = factors_from_brightway("background", "our background", METHOD, select={"electricity": "grid"})
again = tp.footprint(EXAMPLE, "chemical_fiber_fabric", [ours, tp.load_factors("default")])
print(ours, f"{ours.tables[0].numbers['value'][0]:.6g} kgCO2e/kWh, {ours.tables[0].texts['gwp'][0]}")
print(f"with the shipped factors {result.totals[0]:.4f}, with electricity of the project {again.totals[0]:.4f} kg CO2e/kg")

# %% [markdown]
# The values of a licensed database stay with you: what would write them to a file or into another project refuses.

# %%
try:
    again.to_datapackage(Path(tempfile.mkdtemp()) / "package")
except tp.UsageError as error:
    print(error)
