#!/bin/sh
# Look the tested versions up in the public list of known vulnerabilities. For a connected machine: it asks the network.
# Ends with an error where a version is known to be vulnerable, and where one could not be looked up.
set -eu
cd "$(dirname "$0")/.."
python3 -m venv .venv-audit
.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
exec .venv-audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt "$@"
