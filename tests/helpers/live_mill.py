"""A small mill with every kind of number behind it, for live reports."""

RULE = """
rule: knit
edition: "1"
title: {en: Knitted cloth, zh: 针织布}
sources: {m: {title: A mill}}
product:
  unit: kg
  properties:
    grammage: {unit: g/m2, optional: true, title: {en: Grammage, zh: 克重}}
stages:
  - id: spinning
    scope: component
    title: {en: Spinning, zh: 纺纱}
    losses:
      - {id: waste, unit: "%", basis: input, optional: true, title: {en: Waste, zh: 损耗}}
    flows:
      fibre: {unit: kg, per: input, value: 1, optional: true}
      power: {unit: kWh, factor: electricity, optional: true, plausible: [1, 9], title: {en: Power, zh: 电力}}
  - id: making
    title: {en: Making, zh: 制衣}
    properties:
      rate: {unit: kWh/kg, optional: true}
    losses:
      - {id: cutting, unit: "%", basis: output, value: 10, source: m, locator: p. 1, range: [8, 15], plausible: [0, 40]}
      - {id: trimming, unit: "%", basis: input, value: 0, source: m, locator: p. 1}
    flows:
      electricity: {unit: kWh, optional: true, factor: electricity}
      steam: {unit: kg, optional: true, factor: steam, value: 2, gsd: 1.3, source: m, locator: p. 2}
      heat: {unit: kWh, optional: true, factor: electricity, value: rate}
      scrap: {unit: kg, per: loss, optional: true, factor: cotton, value: 1}
      part: {unit: kg, optional: true, factor: cotton}
  - id: use
    boundary: outside
    title: {en: Use, zh: 使用}
    flows:
      washing: {unit: kWh, optional: true, factor: electricity}
"""
FACTORS = """item,value,unit,region,year,kind,category,source,locator,gsd,low,high,name_en,name_zh
electricity,0.6205,kgCO2e/kWh,CN,2023,life_cycle,power,mee,p. 1,1.2,,,Grid electricity,电网电力
electricity_pv,0.05,kgCO2e/kWh,CN,2023,life_cycle,power,mee,p. 1,1.4,,,Rooftop photovoltaics,屋顶光伏
electricity_coal,0.95,kgCO2e/kWh,CN,2023,life_cycle,power,mee,p. 1,,0.9,1.2,Power from coal,煤电
cotton,2,kgCO2e/kg,CN,2023,life_cycle,fibre,m,p. 1,,1.5,3,Cotton,棉
polyester,3,kgCO2e/kg,CN,2023,life_cycle,fibre,m,p. 1,1.3,,,Polyester,涤纶
steam,0.3,kgCO2e/kg,CN,2023,life_cycle,heat,m,p. 1,,,,Steam,蒸汽
"""
HEADER = "product,stage,flow,component,amount,unit,item,region,year,per,gsd,low,high,data_type"
BLEND = (
    "P,product,share,cotton,60,%,,,,,1.1", "P,product,share,polyester,40,%,,,,,1.2", "P,product,grammage,,180,g/m2,,,,,1.15",
    "P,spinning,fibre,cotton,1,kg/kg,cotton", "P,spinning,fibre,polyester,1,kg/kg,polyester",
    "P,spinning,waste,cotton,12,%,,,,,1.2", "P,spinning,waste,polyester,5,%,,,,,,4,9",
    "P,spinning,power,cotton,3.2,kWh/kg,,,,,1.1", "P,spinning,power,polyester,2.4,kWh/kg,,,,,,2,3.5",
    "P,making,rate,,2,kWh/kg,,,,,1.25", "P,making,electricity,,0.8,kWh/kg", "P,making,electricity,,0.3,kWh/kg,electricity_pv",
    "P,making,steam", "P,making,heat", "P,making,scrap", "P,making,part,,0.05,kg/kg,,,,,1.1", "P,use,washing,,4,kWh/kg",
)  # fmt: skip
"""A blend whose factors, amounts, losses, shares and properties have spreads."""
PERIOD = (
    "P,making,output,,2000,kg,,,,period,1.1", "P,making,electricity,,1800,kWh,,,,period,1.2", "P,making,steam,,4,kg/kg",
    "P,making,cutting,,0.2,kg/kg",
)  # fmt: skip
"""Totals of a period, and an output with a spread."""
SUMS = ("P,making,electricity,,10,kWh/kg,,,,,1.1", "P,making,part,,0.1,kg/kg", "P,making,cutting,,12,%")
"""Only factors and amounts of flows have spreads."""
LINKED = ("Q,making,electricity,,5,kWh/kg,,,,,1.3", "P,making,part,,1.1,kg/kg,product:Q", "P,making,electricity,,1,kWh/kg",
          "P,making,cutting,,12,%")  # fmt: skip
"""A product that takes another one."""
SUPPLY = """site,stages,carrier,part,amount,unit,item,region,year
m,making,electricity,grid,40,MWh,,CN,2023
m,making,electricity,on_site,60,MWh,electricity_pv,CN,2023
"""
"""A supply table: more than half of the electricity of making comes from the roof."""
