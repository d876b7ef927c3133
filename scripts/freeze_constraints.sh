#!/bin/sh
# Write constraints.txt: the versions in .venv, which `make test` has passed with.
set -eu
cd "$(dirname "$0")/.."
{
    echo "# Versions that were tested together; made by scripts/freeze_constraints.sh."
    echo "# Where an index serves torch's CPU build under this version, pip takes it."
    .venv/bin/pip freeze --exclude-editable --disable-pip-version-check | sed 's/+cpu$//' | grep -v ' @ '
} > constraints.txt
