// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weights/model_config.h"

namespace hearth::vision::weights {
namespace {

using hub::ModelSettings;

/// How a name of timm's begins, and what it is here. The name ends with it, or with the size of
/// images.
struct TimmName {
  const char* theirs;
  const char* ours;
  bool sized = false;
};
constexpr TimmName kTimmNames[] = {
    {"mobilenetv3_large_100", "mobilenet_v3_large"},
    {"mobilenetv3_small_100", "mobilenet_v3_small"},
    {"tf_efficientnetv2_s", "efficientnet_v2_s"},
    {"tf_efficientnetv2_m", "efficientnet_v2_m"},
    {"tf_efficientnetv2_l", "efficientnet_v2_l"},
    {"vit_tiny_patch16_", "vit_tiny_patch16_224", true},
    {"vit_small_patch16_", "vit_small_patch16_224", true},
    {"vit_base_patch16_", "vit_b_16", true},
    {"vit_base_patch32_", "vit_b_32", true},
    {"vit_large_patch16_", "vit_l_16", true},
    {"vit_large_patch32_", "vit_l_32", true},
    {"vit_huge_patch14_", "vit_h_14", true},
};

/// Families that have one name in both.
constexpr const char* kSameNames[] = {"resnet",         "resnext",           "wide_resnet",
                                      "efficientnet_b", "efficientnet_lite", "convnext_"};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// Hearth's name for one of timm's; empty where there is none.
std::string timm_name(const std::string& theirs, const std::vector<std::string>& known) {
  for (const TimmName& name : kTimmNames) {
    if (!theirs.starts_with(name.theirs)) continue;
    const std::string_view rest =
        std::string_view(theirs).substr(std::string_view(name.theirs).size());
    if (name.sized ? is_number(rest) : rest.empty()) return name.ours;
  }
  const std::string same = theirs.starts_with("tf_") ? theirs.substr(3) : theirs;
  for (const char* family : kSameNames)
    if (same.starts_with(family) && std::find(known.begin(), known.end(), same) != known.end())
      return same;
  return "";
}

int64_t integer(const ModelSettings& settings, const char* name) {
  const auto value = settings.find({name});
  HEARTH_CHECK_AS(FormatError, value, "[", settings.path(), "] has no \"", name, "\"");
  return value->integer();
}

std::vector<int64_t> integers(const ModelSettings& settings, const char* name) {
  const auto value = settings.find({name});
  HEARTH_CHECK_AS(FormatError, value, "[", settings.path(), "] has no \"", name, "\"");
  std::vector<int64_t> all;
  for (size_t i = 0; i < value->size(); ++i) all.push_back(value->at(i).integer());
  return all;
}

/// The numbers in which networks of a family differ, and their names.
using Sizes = std::vector<std::pair<std::vector<int64_t>, const char*>>;

std::string of_sizes(const ModelSettings& settings, const char* family,
                     const std::vector<int64_t>& numbers, const Sizes& known) {
  std::string names;
  for (const auto& [sizes, name] : known) {
    if (sizes == numbers) return name;
    names += cat_str(names.empty() ? "" : ", ", name);
  }
  throw FormatError(cat_str("[", settings.path(), "] describes a ", family, " of other sizes (",
                            numbers, ") than ", names));
}

std::string resnet_of(const ModelSettings& settings) {
  const auto kind = settings.find({"layer_type"});
  const bool basic = kind && kind->string() == "basic";
  for (const char* unusual : {"downsample_in_bottleneck", "downsample_in_first_stage"}) {
    const auto set = settings.find({unusual});
    HEARTH_CHECK_AS(FormatError, !set || !set->boolean(), "[", settings.path(), "] has ", unusual,
                    ", which resnet50 and its like have not");
  }
  return of_sizes(settings, basic ? "ResNet of basic blocks" : "ResNet of bottlenecks",
                  integers(settings, "depths"),
                  basic ? Sizes{{{2, 2, 2, 2}, "resnet18"}, {{3, 4, 6, 3}, "resnet34"}}
                        : Sizes{{{3, 4, 6, 3}, "resnet50"},
                                {{3, 4, 23, 3}, "resnet101"},
                                {{3, 8, 36, 3}, "resnet152"}});
}

std::string vit_of(const ModelSettings& settings) {
  return of_sizes(settings, "vision transformer",
                  {integer(settings, "patch_size"), integer(settings, "num_hidden_layers"),
                   integer(settings, "num_attention_heads"), integer(settings, "hidden_size"),
                   integer(settings, "intermediate_size")},
                  {{{16, 12, 3, 192, 768}, "vit_tiny_patch16_224"},
                   {{16, 12, 6, 384, 1536}, "vit_small_patch16_224"},
                   {{16, 12, 12, 768, 3072}, "vit_b_16"},
                   {{32, 12, 12, 768, 3072}, "vit_b_32"},
                   {{16, 24, 16, 1024, 4096}, "vit_l_16"},
                   {{32, 24, 16, 1024, 4096}, "vit_l_32"},
                   {{14, 32, 16, 1280, 5120}, "vit_h_14"}});
}

std::string convnext_of(const ModelSettings& settings) {
  const std::vector<int64_t> depths = integers(settings, "depths"),
                             widths = integers(settings, "hidden_sizes");
  HEARTH_CHECK_AS(FormatError, depths.size() == 4 && widths.size() == 4, "[", settings.path(),
                  "] describes a ConvNeXt of ", depths.size(), " stages, expected 4");
  return of_sizes(settings, "ConvNeXt", {depths[2], widths[0]},
                  {{{9, 96}, "convnext_tiny"},
                   {{27, 96}, "convnext_small"},
                   {{27, 128}, "convnext_base"},
                   {{27, 192}, "convnext_large"}});
}

std::string efficientnet_of(const ModelSettings& settings) {
  const auto tenths = [&](const char* name) {
    const auto value = settings.find({name});
    HEARTH_CHECK_AS(FormatError, value, "[", settings.path(), "] has no \"", name, "\"");
    return static_cast<int64_t>(value->number() * 10 + 0.5);
  };
  return of_sizes(settings, "EfficientNet",
                  {tenths("width_coefficient"), tenths("depth_coefficient")},
                  {{{10, 10}, "efficientnet_b0"},
                   {{10, 11}, "efficientnet_b1"},
                   {{11, 12}, "efficientnet_b2"},
                   {{12, 14}, "efficientnet_b3"},
                   {{14, 18}, "efficientnet_b4"},
                   {{16, 22}, "efficientnet_b5"},
                   {{18, 26}, "efficientnet_b6"},
                   {{20, 31}, "efficientnet_b7"}});
}

void read_transformers(const ModelSettings& settings, const std::string& type,
                       ClassifierSpec& spec) {
  if (type == "resnet") {
    spec.model = resnet_of(settings);
  } else if (type == "vit") {
    spec.model = vit_of(settings);
    const auto eps = settings.find({"layer_norm_eps"});
    spec.norm_eps = eps ? eps->number() : 1e-12;
  } else if (type == "convnext") {
    // Its layer_norm_eps is that of one norm; those of blocks have torchvision's.
    spec.model = convnext_of(settings);
  } else {
    spec.model = efficientnet_of(settings);
    const auto eps = settings.find({"batch_norm_eps"});
    spec.norm_eps = eps ? eps->number() : 1e-3;
    spec.same_padding = true;
  }
}

}  // namespace

void read_architecture(const ModelSettings& settings, ClassifierSpec& spec) {
  const std::vector<std::string> known = models::list_models();
  const std::string name = settings.architecture(known);
  if (settings.config().contains("architecture")) {
    spec.model = timm_name(name, known);
    HEARTH_CHECK_AS(
        FormatError,
        !spec.model.empty() || std::find(known.begin(), known.end(), name) != known.end(), "[",
        settings.path(), "] is of timm's ", name,
        "; Hearth has its resnet, resnext, wide_resnet, mobilenetv3, efficientnet, "
        "convnext and vit of the usual sizes");
    if (spec.model.empty()) {
      spec.model = name;
      return;
    }
    const bool tensorflow = name.starts_with("tf_");
    if (spec.model.starts_with("efficientnet")) spec.same_padding = tensorflow;
    if (spec.model.starts_with("efficientnet") || spec.model.starts_with("mobilenet"))
      spec.norm_eps = tensorflow ? 1e-3 : 1e-5;
    return;
  }
  for (const char* type : {"resnet", "vit", "convnext", "efficientnet"})
    if (name == type) return read_transformers(settings, type, spec);
  spec.model = name;
  if (const auto eps = settings.find({"norm_eps"})) spec.norm_eps = eps->number();
  if (const auto same = settings.find({"same_padding"})) spec.same_padding = same->boolean();
}

void read_architecture(const TensorFile& weights, ClassifierSpec& spec) {
  const auto has = [&](const std::string& name) {
    return std::any_of(weights.keys().begin(), weights.keys().end(), [&](const std::string& key) {
      return key == name || key.ends_with("." + name);
    });
  };
  const bool efficientnet = spec.model.starts_with("efficientnet_b");
  if (!efficientnet && !spec.model.starts_with("mobilenet_v3")) return;
  if (has("conv_stem.weight")) {
    // timm's own; those that it took over from TensorFlow have the same names.
    spec.norm_eps = 1e-5;
  } else if (efficientnet && has("_conv_stem.weight")) {
    spec.norm_eps = 1e-3;
    spec.same_padding = true;
  }
}

}  // namespace hearth::vision::weights
