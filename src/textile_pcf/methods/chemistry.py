"""Ratios of molar masses: constants of nature, not defaults. Each formula uses the one its source writes."""

CARBON, OXYGEN = 12.011, 15.999  # relative atomic masses, conventional values (IUPAC/CIAAW)
CO2_PER_CARBON = (CARBON + 2 * OXYGEN) / CARBON
CO2_PER_CARBON_IPCC = 44 / 12  # as printed in the IPCC equations
CH4_PER_CARBON_IPCC = 16 / 12
N2O_PER_NITROGEN_IPCC = 44 / 28
