"""Reads configurations with inference-perf's own reader. Arguments: the folder that has the package, and the files."""

import sys
import types

folder, *files = sys.argv[1:]
sys.path.insert(0, folder)
# The package's own entry loads every client that it has, with their packages; its configuration needs none of them.
package = types.ModuleType("inference_perf")
package.__path__ = [folder + "/inference_perf"]
sys.modules["inference_perf"] = package

from inference_perf.config import read_config  # noqa: E402

for file in files:
    print(read_config(file).model_dump_json())
