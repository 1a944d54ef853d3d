"""The Python in README.md and in the guide runs, page by page, as a reader would type it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs/guide").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_examples_of_page(page, tmp_path):
    program = tmp_path / f"{page.stem.lower()}.py"
    program.write_text("\n".join(BLOCK.findall(page.read_text())))
    outcome = subprocess.run(
        [sys.executable, "-W", "error", program], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert outcome.returncode == 0, outcome.stderr
