"""Fossil carbon of fibres in the rule of garments: per conditioned fibre, of the repeat unit and of the regain of the rule."""

from __future__ import annotations

import pytest

from textile_pcf.rules import editions, read_document

CARBON, HYDROGEN, NITROGEN, OXYGEN = 12.011, 1.008, 14.007, 15.999

# Repeat unit: atoms of carbon, hydrogen, nitrogen, oxygen.
REPEAT_UNITS = {
    "polyester": (10, 8, 0, 4),
    "polyamide_6": (6, 11, 1, 1),
    "polyamide_66": (6, 11, 1, 1),
    "acrylic": (3, 3, 1, 0),
    "polypropylene": (3, 6, 0, 0),
}


def by_fibre(name):
    """The values of a property of the composition, by fibre."""
    stages = {stage.id: stage for stage in read_document(editions()["apparel"]["2026.2"]).stages}
    words = stages["composition"].properties[name].value.words
    return {fibre: entry.value for fibre, entry in words.items()}


@pytest.mark.parametrize("fibre", REPEAT_UNITS)
def test_polymers_of_mineral_oil(fibre):
    """PET C10H8O4: 10 x 12.011 / 192.170 = 0.62502 kg C per kg dry; / 1.015 = 0.61578 conditioned."""
    carbon, hydrogen, nitrogen, oxygen = REPEAT_UNITS[fibre]
    molar_mass = carbon * CARBON + hydrogen * HYDROGEN + nitrogen * NITROGEN + oxygen * OXYGEN
    regain = by_fibre("moisture_regain")[fibre] / 100
    assert by_fibre("fossil_carbon")[fibre] == pytest.approx(carbon * CARBON / molar_mass / (1 + regain), abs=1e-5)


def test_fibres_of_plants_and_animals_hold_none():
    values = by_fibre("fossil_carbon")
    assert {fibre for fibre, value in values.items() if value == 0} == {"cotton", "flax", "viscose", "lyocell", "wool", "silk"}
    assert set(values) - set(REPEAT_UNITS) == {"cotton", "flax", "viscose", "lyocell", "wool", "silk"}
