// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/trainer.h"

#include <optional>

#include "hearth/data/dataloader.h"
#include "hearth/data/datasets.h"
#include "hearth/data/samplers.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/optim/adamw.h"
#include "hearth/optim/lr_scheduler.h"
#include "hearth/train/trainer.h"

namespace hearth::vision {
namespace {

using Batch = data::Example<>;

constexpr size_t kValidationBatch = 500;

/// Batches of a classifier's inputs. How images change is drawn anew for each batch.
class Images : public data::datasets::BatchDataset<Images, Batch> {
 public:
  Images(const Classifier& classifier, Tensor pixels, Tensor targets, Augmentation augmentation)
      : classifier_(&classifier),
        pixels_(std::move(pixels)),
        targets_(std::move(targets)),
        augmentation_(augmentation) {}

  Batch get_batch(ArrayRef<size_t> indices) override {
    // The loader gives every batch a stream of its own, whichever worker makes it.
    return {classifier_->input(pixels_, indices, augmentation_, data::draw_seed()),
            data::gather_rows(targets_, indices)};
  }
  std::optional<size_t> size() const override { return static_cast<size_t>(pixels_.size(0)); }

 private:
  const Classifier* classifier_;
  Tensor pixels_, targets_;
  Augmentation augmentation_;
};

template <typename Sampler>
using Loader = data::StatelessDataLoader<Images, Sampler>;

void check_images(const Tensor& pixels, const Tensor& targets) {
  HEARTH_CHECK_AS(ShapeError,
                  pixels.dim() == 4 && targets.dim() == 1 && pixels.size(0) == targets.size(0) &&
                      pixels.size(0) > 0,
                  "[ClassifierTrainer] expected images [N, C, H, W] and targets [N], got ",
                  pixels.sizes(), " and ", targets.sizes());
}

/// What must be equal for a training to go on where it was; kept in its checkpoints.
struct Description {
  std::string text;

  void save(serialize::OutputArchive& archive) const { archive.write("text", text); }
  void load(serialize::InputArchive& archive) const {
    std::string other;
    archive.read("text", other);
    HEARTH_CHECK_AS(FormatError, other == text, "[", archive.source(),
                    "] is of another training:\n  ", other, "\nThis one is\n  ", text,
                    "\nGo on with the same settings, or start anew in another folder");
  }
};

train::TrainerOptions loop_options(const TrainerOptions& o) {
  return train::TrainerOptions(o.loop()).max_epochs(o.epochs());
}

}  // namespace

struct ClassifierTrainer::Impl {
  Impl(Classifier& c, const Tensor& pixels, const Tensor& targets, TrainerOptions o)
      : classifier(c),
        images(pixels.size(0)),
        options(std::move(o)),
        optimizer(c.model().parameters(),
                  optim::AdamWOptions(options.lr()).weight_decay(options.weight_decay())),
        schedule(optimizer, optim::OneCycleLROptions(options.lr(), total_steps())),
        loader(data::make_data_loader(
            Images(classifier, pixels.contiguous(), targets.contiguous(), options.augmentation()),
            data::DataLoaderOptions(static_cast<size_t>(options.batch_size()))
                .workers(static_cast<size_t>(options.workers())))),
        trainer(loop_options(options)) {
    const ClassifierSpec& spec = classifier.spec();
    run.text = cat_str(spec.model, " on ", images, " images of ", spec.dataset, ", batch size ",
                       options.batch_size(), ", lr ", options.lr(), ", weight decay ",
                       options.weight_decay(), ", label smoothing ", options.label_smoothing(),
                       ", shift ", options.augmentation().shift, ", flip ",
                       options.augmentation().flip, ", seed ", options.seed());
    if (const auto precision = options.loop().precision())
      run.text += cat_str(", precision ", *precision);
    trainer.expect_batches(steps_per_epoch());
    trainer.add_state("run", run);
    trainer.add_model(classifier.model());
    trainer.add_optimizer(optimizer);
    trainer.add_scheduler(schedule);
    trainer.training_step([this](Batch& b) { return step(b, options.label_smoothing()); });
    trainer.validation_step([this](Batch& b) { return step(b, 0); });
  }

  int64_t steps_per_epoch() const {
    return (images + options.batch_size() - 1) / options.batch_size();
  }
  int64_t total_steps() const { return steps_per_epoch() * options.epochs(); }

  train::StepResult step(Batch& batch, double label_smoothing) {
    const Device device = classifier.device();
    const Tensor target = batch.target.to(device);
    const Tensor scores = classifier.model().forward(batch.data.to(device));
    const Tensor loss =
        cross_entropy_loss(scores, target, {}, Reduction::Mean, -100, label_smoothing);
    const Tensor right = scores.detach().argmax(1).eq(target).to(kFloat).mean();
    return train::StepResult(loss, {{"accuracy", right}})
        .weigh(static_cast<double>(target.size(0)));
  }

  Classifier& classifier;
  int64_t images;
  TrainerOptions options;
  Description run;
  optim::AdamW optimizer;
  optim::OneCycleLR schedule;
  std::unique_ptr<Loader<data::samplers::RandomSampler>> loader;
  std::unique_ptr<Loader<data::samplers::SequentialSampler>> validation;
  train::Trainer<Batch> trainer;
};

ClassifierTrainer::ClassifierTrainer(Classifier& classifier, Tensor pixels, Tensor targets,
                                     TrainerOptions options) {
  check_images(pixels, targets);
  HEARTH_CHECK_AS(
      ValueError, options.epochs() > 0 && options.batch_size() > 0 && options.workers() >= 0,
      "[ClassifierTrainer] epochs and batch_size are positive, workers not negative; got ",
      options.epochs(), ", ", options.batch_size(), " and ", options.workers());
  impl_ = std::make_unique<Impl>(classifier, pixels, targets, std::move(options));
}

ClassifierTrainer::~ClassifierTrainer() = default;

void ClassifierTrainer::validate_on(Tensor pixels, Tensor targets) {
  check_images(pixels, targets);
  impl_->validation = data::make_data_loader<data::samplers::SequentialSampler>(
      Images(impl_->classifier, pixels.contiguous(), targets.contiguous(), {}),
      data::DataLoaderOptions(kValidationBatch));
}

train::Engine& ClassifierTrainer::engine() { return impl_->trainer; }
int64_t ClassifierTrainer::steps_per_epoch() const { return impl_->steps_per_epoch(); }
int64_t ClassifierTrainer::total_steps() const { return impl_->total_steps(); }

train::FitResult ClassifierTrainer::fit(const std::string& checkpoint) {
  Impl& s = *impl_;
  return s.validation ? s.trainer.fit(*s.loader, *s.validation, checkpoint)
                      : s.trainer.fit(*s.loader, checkpoint);
}

}  // namespace hearth::vision
