// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/feature_extraction.h"

namespace hearth::vision::models {
namespace {

/// Ends a forward pass of which nothing more is wanted.
struct AllSeen {};

/// Hooks that keep outputs while it lives.
class Collector {
 public:
  Collector(const nn::Module& model, const std::vector<FeatureNode>& nodes)
      : seen_(nodes.size()), missing_(nodes.size()) {
    for (size_t i = 0; i < nodes.size(); ++i) {
      const auto module = model.get_submodule(nodes[i].path);
      hooks_.emplace_back(module, module->register_forward_hook(
                                      [this, i](nn::Module&, const std::vector<Tensor>&,
                                                std::vector<Tensor>& out) { keep(i, out); }));
    }
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector() {
    for (const auto& [module, key] : hooks_) module->remove_hook(key);
  }

  const Tensor& operator[](size_t i) const { return seen_[i]; }

 private:
  void keep(size_t i, const std::vector<Tensor>& out) {
    if (seen_[i].defined() || out.empty()) return;
    if (--missing_ == 0) {
      seen_[i] = out[0];
      throw AllSeen();
    }
    // An activation that follows may write over it.
    seen_[i] = out[0].clone();
  }

  std::vector<std::pair<std::shared_ptr<nn::Module>, unsigned>> hooks_;
  std::vector<Tensor> seen_;
  size_t missing_;
};

}  // namespace

FeatureExtractorImpl::FeatureExtractorImpl(std::shared_ptr<ImageClassifierImpl> model,
                                           std::vector<FeatureNode> nodes)
    : model_(register_module("model", std::move(model))), nodes_(std::move(nodes)) {
  HEARTH_CHECK_AS(ValueError, !nodes_.empty(),
                  "[create_feature_extractor] expected paths of modules, got none");
  const auto modules = model_->named_modules();
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const auto& [path, name] = nodes_[i];
    HEARTH_CHECK_AS(ValueError, !path.empty() && modules.contains(path),
                    "[create_feature_extractor] there is no module '", path, "' in ",
                    model_->name());
    for (size_t j = 0; j < i; ++j)
      HEARTH_CHECK_AS(ValueError, nodes_[j].name != name,
                      "[create_feature_extractor] two outputs are called '", name, "'");
  }
}

FeatureExtractorImpl::~FeatureExtractorImpl() = default;

OrderedDict<std::string, Tensor> FeatureExtractorImpl::forward(const Tensor& images) {
  const Collector collector(*model_, nodes_);
  try {
    model_->forward(images);
  } catch (const AllSeen&) {
  }
  OrderedDict<std::string, Tensor> features;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    HEARTH_CHECK_AS(ValueError, collector[i].defined(), "[FeatureExtractor] module '",
                    nodes_[i].path, "' did not run");
    features.insert(nodes_[i].name, collector[i]);
  }
  return features;
}

FeatureExtractor create_feature_extractor(std::shared_ptr<ImageClassifierImpl> model,
                                          std::vector<FeatureNode> nodes) {
  return FeatureExtractor(std::move(model), std::move(nodes));
}

}  // namespace hearth::vision::models
