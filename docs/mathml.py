"""Formulas of the site as MathML, which browsers and printers draw by themselves: no script, no network.

Its imports stand in the functions, as in `conf.py`: tests collect this file where the extra `docs` is not installed.
"""

from __future__ import annotations

from typing import Any


def visit_inline(translator: Any, node: Any) -> None:
    """Write a formula within a sentence."""
    _write(translator, node, "inline")


def visit_block(translator: Any, node: Any) -> None:
    """Write a formula in a line of its own."""
    _write(translator, node, "block")


def _write(translator: Any, node: Any, display: str) -> None:
    from docutils.nodes import SkipNode
    from latex2mathml.converter import convert

    translator.body.append(convert(node.astext(), display=display))
    raise SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer under the name `mathml`."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    return {"version": "1", "parallel_read_safe": True}
