"""How Sphinx builds these pages: run ``python docs/build.py``."""

from __future__ import annotations

import sys
from pathlib import Path

import rumorsim

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "rumorsim"
author = "The rumorsim developers"
project_copyright = "The rumorsim developers, MIT licence"
version = release = rumorsim.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
    "generated",
    "run_lines",
    "mathml",
]
exclude_patterns = ["_generated", "_ext"]

# Tutorials run at every build: what they show is what the code does.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_output_stderr = "remove"  # bars of progress
nb_ipywidgets_js = {}

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_google_docstring = False

html_theme = "pydata_sphinx_theme"
html_title = f"rumorsim {version}"
# Pages that stand alone need no list of neighbours.
_ALONE = "api changelog contributing design events limits statistics/index validation"
html_sidebars: dict[str, list[str]] = {page: [] for page in _ALONE.split()}
html_static_path = ["_static"]
html_css_files = ["rumorsim.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_nav_level": 1,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {"default_mode": "auto"}
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
