#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes pretrained/data/registry.json and the lists of categories beside it.

usage: scripts/pretrained-registry.py [--check]

What is said of torchvision's weights is read from the installed torchvision, so no address or hash is
written by hand; what it does not say is "none". Hearth's own models are the folders of pretrained/data:
model.safetensors describes itself, and eval.json is what `hearth-vision eval --json`, `hearth-audio eval
--json` or `hearth-text train-langid` said of it.
--check compares with the files instead of writing them; exit status 1 if they differ."""

import hashlib
import json
import pathlib
import re
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "pretrained" / "data"


def built():
    """The names of the classifiers that Hearth has; those that torchvision has too are the same."""
    rows = re.compile(r'\{"(\w+)",\s*&make<')
    return {name for path in (ROOT / "vision/src/models").glob("*.cpp") for name in rows.findall(path.read_text())}


def normalization(model, preset):
    """Mean and deviation of each channel. torchvision's GoogLeNet and InceptionV3 normalise images of
    ImageNet's anew (transform_input), which is this."""
    return ([0.5] * 3, [0.5] * 3) if model in ("googlenet", "inception_v3") else (preset.mean, preset.std)


def parameters_in_file(model, meta):
    """Those in the file: torchvision does not count GoogLeNet's auxiliary classifiers, which it has."""
    from torchvision import models

    if model != "googlenet":
        return meta["num_params"]
    return sum(p.numel() for p in models.googlenet(weights=None, init_weights=False).parameters())


def torchvision_entries(files):
    from torchvision import models

    for model in sorted(built() & set(models.list_models(module=models))):
        known = models.get_model_weights(model)
        for weights in known:
            preset, meta = weights.transforms(), weights.meta
            if not meta["categories"]:
                continue  # vgg16's IMAGENET1K_FEATURES, which has no classifier
            mean, std = normalization(model, preset)
            digits = re.search(r"-([a-f0-9]{8,64})\.", weights.url)
            dataset = next(iter(meta["_metrics"]))
            listed = dataset.lower() + ".txt"
            text = "".join(name + "\n" for name in meta["categories"])
            assert files.setdefault(listed, text) == text, f"two lists of categories for {dataset}"
            yield {
                "name": f"{model}-{weights.name.lower().replace('_', '-')}",
                "alias": str(weights),
                "default": weights == known.DEFAULT,
                "task": "image-classification",
                "architecture": model,
                "dataset": dataset,
                "licence": meta.get("license", "none"),
                "recipe": meta.get("recipe", "none"),
                "source": weights.url,
                "sha256": digits.group(1) if digits else "none",
                "mebibytes": meta["_file_size"],
                "parameters": parameters_in_file(model, meta),
                "categories": listed,
                "metrics": meta["_metrics"],
                "preprocessing": {
                    "num_channels": 3,
                    "image_size": preset.crop_size * (2 // len(preset.crop_size)),
                    "resize_size": preset.resize_size[0],
                    "interpolation": preset.interpolation.value,
                    "image_mean": mean,
                    "image_std": std,
                },
            }


def own_entries(files):
    for path in sorted(DATA.glob("*/model.safetensors")):
        data = path.read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        spec = header.pop("__metadata__")
        measured = json.loads((path.parent / "eval.json").read_text())
        task = ("audio-classification" if "sample_rate" in spec
                else "language-identification" if "features" in spec
                else "image-classification")
        listed = "languages.txt" if "features" in spec else f"{spec['dataset']}.txt"
        files[listed] = spec["classes"] + "\n"
        yield {
            "name": path.parent.name,
            "alias": "",
            "default": False,
            "task": task,
            "architecture": spec["model"],
            "dataset": spec["dataset"],
            "licence": "Apache-2.0",
            "recipe": f"pretrained/data/{path.parent.name}/README.md",
            "source": "built in",
            "sha256": hashlib.sha256(data).hexdigest(),
            "mebibytes": round(len(data) / 2**20, 3),
            "parameters": sum(parameters(t["shape"]) for name, t in header.items()
                              if not name.endswith(("running_mean", "running_var", "num_batches_tracked"))),
            "categories": listed,
            "metrics": metrics(spec, measured),
            "preprocessing": preprocessing(task, spec),
        }


def metrics(spec, measured):
    tests = measured.get("tests") or {spec["dataset"]: {"accuracy": measured["test_accuracy"]}}
    return {name: {"acc@1": round(100 * test["accuracy"], 3)} for name, test in tests.items()}


def preprocessing(task, spec):
    if task == "language-identification":
        return {}
    if task == "audio-classification":
        return {"sampling_rate": int(spec["sample_rate"]), "num_samples": int(spec["samples"])}
    numbers = lambda key: [float(x) for x in spec[key].split("\n")]
    return {
        "num_channels": int(spec["channels"]),
        "image_size": [int(spec["height"]), int(spec["width"])],
        "resize_size": int(spec.get("resize_size", 0)),
        "interpolation": spec.get("interpolation", "bilinear"),
        "image_mean": numbers("mean"),
        "image_std": numbers("stddev"),
    }


def parameters(shape):
    n = 1
    for size in shape:
        n *= size
    return n


def main():
    files = {}
    entries = sorted([*own_entries(files), *torchvision_entries(files)], key=lambda e: e["name"])
    files["registry.json"] = "[\n" + ",\n".join(map(json.dumps, entries)) + "\n]\n"
    differing = []
    for name, text in files.items():
        path = DATA / name
        if "--check" not in sys.argv[1:]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            differing.append(name)
    if differing:
        sys.exit(f"pretrained-registry: {', '.join(differing)} would be another; run it without --check")


if __name__ == "__main__":
    main()
