// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/nn/pimpl.h"
#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// A module inside a network whose output is wanted, by its path ("layer4.1"), and what the output
/// is called: as the path, unless said otherwise.
struct FeatureNode {
  FeatureNode(const char* its_path) : path(its_path), name(its_path) {}
  FeatureNode(std::string its_path) : path(its_path), name(std::move(its_path)) {}
  FeatureNode(std::string its_path, std::string its_name)
      : path(std::move(its_path)), name(std::move(its_name)) {}
  std::string path, name;
};

/// A network that gives what modules inside another give. See create_feature_extractor.
class HEARTH_API FeatureExtractorImpl : public nn::Module {
 public:
  FeatureExtractorImpl(std::shared_ptr<ImageClassifierImpl> model, std::vector<FeatureNode> nodes);
  ~FeatureExtractorImpl() override;
  /// Images [N, C, H, W] to the outputs by name, in the order of the nodes. Nothing runs that comes
  /// after the last of them.
  OrderedDict<std::string, Tensor> forward(const Tensor& images);

 private:
  std::shared_ptr<ImageClassifierImpl> model_;
  std::vector<FeatureNode> nodes_;
};
HEARTH_MODULE(FeatureExtractor);

/// Features of a network, which it shares, gradients and training mode included. Paths are those of
/// named_modules; of a module that runs several times, its first output is meant. Throws ValueError
/// for a path that does not exist.
///
///     auto extractor = create_feature_extractor(model, {"layer2", {"layer4.1", "deep"}});
///     Tensor deep = extractor->forward(images)["deep"];
HEARTH_API FeatureExtractor create_feature_extractor(std::shared_ptr<ImageClassifierImpl> model,
                                                     std::vector<FeatureNode> nodes);

}  // namespace hearth::vision::models
