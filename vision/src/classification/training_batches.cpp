// SPDX-License-Identifier: Apache-2.0
#include "classification/training_batches.h"

#include <numeric>
#include <optional>
#include <tuple>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/data/sample_scope.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/classification/judge.h"
#include "hearth/vision/transforms/auto_augment.h"
#include "hearth/vision/transforms/container.h"
#include "hearth/vision/transforms/erasing.h"
#include "hearth/vision/transforms/image_pipeline.h"
#include "hearth/vision/transforms/mixing.h"

namespace hearth::vision {
namespace {

namespace tf = transforms;

Tensor targets_of(const PictureSource& pictures, ArrayRef<size_t> indices) {
  Tensor targets = empty({static_cast<int64_t>(indices.size())}, kLong);
  for (size_t i = 0; i < indices.size(); ++i)
    targets.data_ptr<int64_t>()[i] = pictures.target(indices[i]);
  return targets;
}

tf::ImagePipelineOptions pipeline_options(const ClassifierSpec& spec, const Augmentation& a) {
  tf::ImagePipelineOptions options(Size{spec.shape.height, spec.shape.width});
  options.mean(spec.mean).std(spec.stddev).horizontal_flip(a.flip ? 0.5 : 0);
  if (a.crop) {
    options.scale(*a.crop);
  } else {
    options.padding(a.shift);
  }
  return options;
}

/// Makes the examples of a training, one by one.
class Maker {
 public:
  Maker(const Classifier& classifier, std::shared_ptr<const PictureSource> pictures,
        const Augmentation& augmentation)
      : classifier_(&classifier),
        pictures_(std::move(pictures)),
        augmentation_(augmentation),
        pipeline_(pipeline_options(classifier.spec(), augmentation)),
        normalizing_(pipeline_options(classifier.spec(), {})) {
    if (augmentation.trivial_augment) policy_.emplace();
    if (augmentation.erase > 0)
      erasing_.emplace(tf::RandomErasingOptions(augmentation.erase).inplace(true));
    const tf::MixOptions mixing(static_cast<int64_t>(classifier.spec().classes.size()));
    std::vector<tf::AnyTransform> mixes;
    if (augmentation.mixup > 0)
      mixes.emplace_back(tf::MixUp(tf::MixOptions(mixing).alpha(augmentation.mixup)));
    if (augmentation.cutmix > 0)
      mixes.emplace_back(tf::CutMix(tf::MixOptions(mixing).alpha(augmentation.cutmix)));
    if (!mixes.empty()) mix_.emplace(std::move(mixes));
  }

  data::Example<> batch(ArrayRef<size_t> indices) const {
    const models::ImageShape& shape = classifier_->spec().shape;
    const auto n = static_cast<int64_t>(indices.size());
    // The loader gives every batch a stream of its own, whichever worker makes it.
    const uint64_t seed = data::draw_seed();
    Tensor images =
        empty({n, shape.channels, shape.height, shape.width}, kFloat, MemoryFormat::ChannelsLast);
    parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Generator generator(data::detail::mix_seed(seed, static_cast<uint64_t>(i)));
        make(indices[static_cast<size_t>(i)], generator, images.select(0, i));
      }
    });
    Tensor targets = targets_of(*pictures_, indices);
    if (mix_) {
      Generator generator(data::detail::mix_seed(seed, static_cast<uint64_t>(n)));
      std::tie(images, targets) = tf::mix(*mix_, images, targets, generator);
      images = images.contiguous(MemoryFormat::ChannelsLast);
    }
    return {std::move(images), std::move(targets)};
  }

 private:
  void make(size_t index, Generator& generator, const Tensor& out) const {
    if (!policy_) {
      draw(index, generator, out);
    } else {
      Tensor bytes = empty(out.sizes(), kByte);
      draw(index, generator, bytes);
      const Tensor changed = (*policy_)(bytes, generator);
      const Size size{out.size(1), out.size(2)};
      normalizing_.run(changed, normalizing_.sample(size, generator), out);
    }
    if (erasing_) out.copy_((*erasing_)(out, generator));
  }

  /// The picture, cut out or fitted, shifted and mirrored.
  void draw(size_t index, Generator& generator, const Tensor& out) const {
    if (augmentation_.crop) return pipeline_.run(*pictures_, index, generator, out);
    const Tensor pixels =
        classifier_->fit(pictures_->picture(index), FitOptions(Invert::No, Crop::None));
    pipeline_.run(pixels, pipeline_.sample({pixels.size(1), pixels.size(2)}, generator), out);
  }

  const Classifier* classifier_;
  std::shared_ptr<const PictureSource> pictures_;
  Augmentation augmentation_;
  tf::ImagePipeline pipeline_;
  tf::ImagePipeline normalizing_;  ///< and nothing else
  std::optional<tf::TrivialAugmentWide> policy_;
  std::optional<tf::RandomErasing> erasing_;
  std::optional<tf::RandomChoice> mix_;
};

}  // namespace

train::Examples training_examples(const Classifier& classifier,
                                  std::shared_ptr<const PictureSource> pictures,
                                  const Augmentation& augmentation) {
  train::Examples examples;
  examples.size = pictures->size();
  for (size_t i = 0; i < examples.size; ++i) examples.classes.push_back(pictures->target(i));
  auto maker = std::make_shared<const Maker>(classifier, std::move(pictures), augmentation);
  examples.batch = [maker](ArrayRef<size_t> indices) { return maker->batch(indices); };
  return examples;
}

train::Examples test_examples(const Classifier& classifier,
                              std::shared_ptr<const PictureSource> pictures) {
  train::Examples examples;
  examples.size = pictures->size();
  examples.batch = [&classifier, pictures](ArrayRef<size_t> indices) {
    const Tensor pixels = fitted_pixels(classifier, *pictures, indices);
    std::vector<size_t> all(indices.size());
    std::iota(all.begin(), all.end(), size_t{0});
    return data::Example<>(classifier.input(pixels, all), targets_of(*pictures, indices));
  };
  return examples;
}

}  // namespace hearth::vision
