"""Fixed words of the command line in English and Chinese."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "per": ("kg CO2e per {unit}", "kg CO2e / {unit}"),
    "total": ("Total", "合计"),
    "memo": ("Outside the boundary (memo, not in the total)", "系统边界之外（仅供参考，不计入合计）"),
    "cradle_to_gate": ("cradle to gate", "从摇篮到大门"),
    "gate_to_gate": ("gate to gate", "从大门到大门"),
    "cradle_to_grave": ("cradle to grave", "从摇篮到坟墓"),
    "interpretation": (
        "an interpretation: the text of the standard was not read",
        "本规则为解读，未取得标准原文",
    ),
    "verified": ("verified against the text of the standard", "已与标准原文核对"),
    "own": ("a rule of its own", "自定规则"),
    "minus_one_plus_one": ("biogenic CO2 −1/+1", "生物源 CO2 −1/+1"),
    "zero_zero": ("biogenic CO2 0/0", "生物源 CO2 0/0"),
    "defaults": ("of it from values of the rule", "其中来自规则默认值"),
    "products": ("products", "个产品"),
}


def word(key: str, language: str) -> str:
    """A fixed word in a language.

    Examples
    --------
    >>> word("total", "zh")
    '合计'
    """
    return WORDS[key][1 if language == "zh" else 0]
