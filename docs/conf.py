"""The documentation site: `pip install -e ".[docs,parquet]" && python -m sphinx -W --keep-going docs build/docs`.

Pages are Markdown; the tutorials are notebooks that are run while the site is built, those of the examples show what they
showed when they were run (`gallery.py`); the reference of rules, emission factors
and the Python interface is written from the data and the code (`reference.py`) into `docs/generated/`, which is not kept.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from textile_pcf.plot.figure import chinese_family

sys.path.insert(0, str(Path(__file__).parent))
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # the tutorials call textile-pcf
os.environ.pop("TEXTILE_PCF_LANG", None)

project = "textile_pcf"
author = "The textile_pcf founders"
project_copyright = "The textile_pcf founders, Apache-2.0"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mathml"]
html_math_renderer = "mathml"
root_doc = "index"
exclude_patterns = ["_build", "**.ipynb_checkpoints"]
html_theme = "furo"
html_title = "textile_pcf"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options: dict[str, Any] = {
    "light_css_variables": {"color-brand-primary": "#00598b", "color-brand-content": "#00598b"},
    "dark_css_variables": {"color-brand-primary": "#6db8e8", "color-brand-content": "#6db8e8"},
}
default_role = "literal"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_use_rtype = False
napoleon_use_ivar = True
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_in_temp = True
nb_merge_streams = True
suppress_warnings = ["myst.header"]  # pages may begin below the first level


nb_execution_excludepatterns = ["generated/notebooks/*"]  # they show their outputs; tests/endtoend/test_notebooks.py runs them
if chinese_family() is None:  # their pictures cannot be drawn: apt-get install fonts-noto-cjk
    nb_execution_excludepatterns += ["tutorial/zh.md", "pictures_zh.md"]


def setup(app: Any) -> None:
    """Write the reference before the pages are read; tell files that are no pages by their path in the repository."""
    from cells import CellLexer
    from gallery import write_gallery
    from pygments.lexers.special import TextLexer
    from reference import write_reference

    app.add_lexer("csv", TextLexer)
    app.add_lexer("ipython3", CellLexer)
    app.connect("builder-inited", lambda built: write_reference(Path(built.srcdir) / "generated"))
    app.connect("builder-inited", lambda built: write_gallery(Path(built.srcdir) / "generated"))
    app.connect("source-read", _links_out_of_the_site)


def _links_out_of_the_site(app: Any, page: str, source: list[str]) -> None:
    docs = Path(app.srcdir).resolve()

    def told(link: re.Match[str]) -> str:
        target = (docs / page).parent.joinpath(link[2].partition("#")[0]).resolve()
        return link[0] if target.is_relative_to(docs) else f"{link[1]} (`{target.relative_to(docs.parent)}`)"

    source[0] = re.sub(r"\[([^\]]+)\]\((\.\./[^)\s]+)\)", told, source[0])
