// SPDX-License-Identifier: Apache-2.0
// The model that a command works with.
#pragma once

#include <string>

#include "hearth/text/pipelines/pipeline.h"

#include "common/options.h"

inline constexpr char kTextModelHelp[] =
    "A training's folder or checkpoint, a folder with config.json, weights and tokenizer, or "
    "ORG/NAME on Hugging Face's hub";

/// Declares --model, which must be given.
void declare_model(OptionList& options, std::string& model);
/// Of a checkpoint of a training, the training's folder.
std::string folder_of_model(const std::string& model);

/// A pipeline with the model that --model names.
template <typename Task>
typename Task::Pipeline open_pipeline(const Task&, const std::string& model, hearth::Device device,
                                      hearth::ScalarType dtype) {
  return Task::Pipeline::from_pretrained(
      folder_of_model(model), hearth::text::PipelineOptions().device(device).dtype(dtype));
}
