"""Formulas of the site as MathML, which browsers and printers draw by themselves: no script, no network."""

from __future__ import annotations

from typing import Any

from docutils.nodes import SkipNode
from latex2mathml.converter import convert


def visit_inline(translator: Any, node: Any) -> None:
    """Write a formula within a sentence."""
    translator.body.append(convert(node.astext()))
    raise SkipNode


def visit_block(translator: Any, node: Any) -> None:
    """Write a formula in a line of its own."""
    translator.body.append(convert(node.astext(), display="block"))
    raise SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer under the name `mathml`."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    return {"version": "1", "parallel_read_safe": True}
