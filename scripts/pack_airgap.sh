#!/bin/sh
# Pack everything for a room without a network: aitrade, its libraries and the models, for this platform and Python.
#   scripts/pack_airgap.sh DIR [MODEL...]      (by default the embedder, the demo's LLM and the default's)
# There: sh DIR/install.sh
set -eu
target=${1:?usage: scripts/pack_airgap.sh DIR [MODEL...]}
shift
[ $# -gt 0 ] || set -- all-minilm-l6-v2 qwen2.5-coder-0.5b-instruct qwen2.5-coder-1.5b-instruct
cd "$(dirname "$0")/.."
mkdir -p "$target/libraries"
echo "== aitrade and its libraries"
.venv/bin/python -m pip wheel --quiet --no-deps --wheel-dir "$target/libraries" .
for wheel in "$target"/libraries/aitrade-*.whl; do
    .venv/bin/python -m pip download --constraint constraints.txt --dest "$target/libraries" "$wheel[all]"
done
echo "== models"
options=""
for model in "$@"; do options="$options --model $model"; done
# shellcheck disable=SC2086
.venv/bin/aitrade models pack "$target/models" $options
cat > "$target/install.sh" <<EOF
#!/bin/sh
# Install aitrade and its models from this folder into ./aitrade-venv; nothing is fetched.
set -eu
here=\$(cd "\$(dirname "\$0")" && pwd)
python3 -m venv aitrade-venv
aitrade-venv/bin/python -m pip install --no-index --find-links "\$here/libraries" "aitrade[all]"
PATH="\$PWD/aitrade-venv/bin:\$PATH"
cd "\$here"
$(grep '^aitrade models ' "$target/models/README.txt")
echo "ready: aitrade-venv/bin/aitrade --help"
EOF
echo "packed in $target; there: sh install.sh"
