// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hearth/hearth.h"

/// The measured cases, shared by hearth-bench-cases (which bench/peers/compare.py runs beside
/// PyTorch) and by bench_core (Google Benchmark). bench/peers/torch_cases.py holds the same ones
/// for PyTorch; names, shapes and options must agree.
namespace hearth::bench {

/// Where cases run: the CPU unless set before they are built.
Device device();
void set_device(Device device);
/// Waits for what a CUDA device still does.
void finish();

/// What is timed, once.
using Step = std::function<void()>;
/// Allocates a case's tensors and returns its step.
using Build = std::function<Step()>;
using Cases = std::map<std::string, Build>;

void add_training(Cases& cases);
void add_rows(Cases& cases);
void add_spatial(Cases& cases);
void add_indexing(Cases& cases);
void add_order(Cases& cases);
void add_products(Cases& cases);
void add_attention(Cases& cases);
void add_linalg(Cases& cases);
void add_optimizers(Cases& cases);
void add_loaders(Cases& cases);
void add_device(Cases& cases);
void add_door(Cases& cases);
void add_spectra(Cases& cases);
void add_metrics(Cases& cases);
void add_audio(Cases& cases);
void add_text_models(Cases& cases);
void add_transforms(Cases& cases);
void add_vision_models(Cases& cases);

Cases all_cases();

/// A step that computes fn(x) and the gradients of x and the parameters, for a given gradient of
/// the output.
Step forward_backward(std::function<Tensor(const Tensor&)> fn, const Tensor& x,
                      std::vector<Tensor> parameters = {});

}  // namespace hearth::bench
