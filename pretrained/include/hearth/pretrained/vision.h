// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/pretrained/registry.h"
#include "hearth/vision/from_pretrained.h"

namespace hearth::pretrained {

/// vision::from_pretrained, which also takes the names of entries():
///
///     auto classifier = pretrained::image_classifier("lenet-digits");
///
/// Before weights are downloaded, what is known of them is printed on stderr. They are checked
/// against their SHA-256 and kept (see hub::torch_weights). The name of an architecture
/// ("resnet50") opens bare state dicts, PretrainedOptions::weights, such as torchvision's .pth
/// files; 1,000 classes are taken for ImageNet's. Throws ValueError for a name that is
/// neither an entry nor a file, folder or repository, and names those that there are.
HEARTH_API vision::Classifier image_classifier(const std::string& name_or_path,
                                               const vision::PretrainedOptions& options = {});
/// A model of the registry, or one described in the same way.
HEARTH_API vision::Classifier image_classifier(const Entry& entry,
                                               const vision::PretrainedOptions& options = {});

/// What create_model makes.
struct CreateModelOptions {
  /// By default as many as the weights have, or 1,000. Where the weights have another number, the
  /// last layer gets fresh ones, which is said on stderr; all other layers keep theirs.
  HEARTH_ARG(std::optional<int64_t>, num_classes);
  /// "none" for fresh weights; "DEFAULT" for the best that are known; "IMAGENET1K_V1" or another of
  /// the registry's aliases; or a file, see models::load_weights.
  HEARTH_ARG(std::string, weights) = "none";
  HEARTH_ARG(int64_t, in_channels) = 3;
  HEARTH_ARG(std::optional<vision::Size>, image_size);
};

/// A network by name, with its weights:
///
///     auto model = pretrained::create_model("resnet50", CreateModelOptions().weights("DEFAULT"));
///
/// Throws ValueError for unknown names, and what opening weights throws.
HEARTH_API std::shared_ptr<vision::models::ImageClassifierImpl> create_model(
    const std::string& name, const CreateModelOptions& options = {});

}  // namespace hearth::pretrained
