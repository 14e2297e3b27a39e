"""`make sbom`: a CycloneDX list of what is installed to run, made from the lock file.

Decides what is left out of what the generator writes: addresses of the network, which the locked hashes make needless,
and whatever would make two runs differ.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).parent / "cyclonedx-py"


def sbom() -> str:
    """Give the list as JSON: the same text for the same lock."""
    with tempfile.TemporaryDirectory() as directory:
        made = Path(directory) / "sbom.json"
        command = [str(PROGRAM), "requirements", "requirements.lock", "--pyproject", "pyproject.toml"]
        command += ["--output-reproducible", "--of", "JSON", "--output-file", str(made)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        told = json.loads(made.read_text(encoding="utf-8"))
    return json.dumps(_tidied(told), indent=2, ensure_ascii=False) + "\n"


def _tidied(told: dict[str, Any]) -> dict[str, Any]:
    """Name components by what they are instead of by lines of the lock, and leave out where they can be fetched."""
    names = {one["bom-ref"]: f"{one['name']}@{one['version']}" for one in told["components"]}
    own = told["metadata"]["component"]["bom-ref"]
    told["components"] = [
        {"type": one["type"], "bom-ref": names[one["bom-ref"]], "name": one["name"], "version": one["version"]}
        | {"purl": f"pkg:pypi/{one['name'].lower()}@{one['version']}"}
        for one in told["components"]
    ]
    told["dependencies"] = [{"ref": own, "dependsOn": sorted(names.values())}]
    del told["metadata"]["tools"]
    del told["$schema"]
    return told


if __name__ == "__main__":
    Path(sys.argv[1]).parent.mkdir(exist_ok=True)
    Path(sys.argv[1]).write_text(sbom(), encoding="utf-8")
