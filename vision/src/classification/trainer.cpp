// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/trainer.h"

#include <algorithm>
#include <optional>

#include "hearth/data/dataloader.h"
#include "hearth/data/datasets.h"
#include "hearth/data/samplers.h"
#include "hearth/io/checkpoint.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/reduce.h"
#include "hearth/optim/adamw.h"
#include "hearth/optim/lr_scheduler.h"

namespace hearth::vision {
namespace {

/// Batches of a classifier's inputs. How images change is drawn anew for each batch.
class Batches : public data::datasets::BatchDataset<Batches, data::Example<>> {
 public:
  Batches(const Classifier& classifier, Tensor pixels, Tensor targets, Augmentation augmentation)
      : classifier_(&classifier),
        pixels_(std::move(pixels)),
        targets_(std::move(targets)),
        augmentation_(augmentation) {}

  data::Example<> get_batch(ArrayRef<size_t> indices) override {
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

using Iterator = data::Iterator<data::Example<>>;
using Loader = data::StatelessDataLoader<Batches, data::samplers::RandomSampler>;

}  // namespace

struct ClassifierTrainer::Impl {
  Impl(Classifier& c, Tensor p, Tensor t, TrainerOptions o)
      : classifier(c),
        pixels(p.contiguous()),
        targets(t.contiguous()),
        options(std::move(o)),
        optimizer(c.model().parameters(),
                  optim::AdamWOptions(options.lr()).weight_decay(options.weight_decay())),
        schedule(optimizer, optim::OneCycleLROptions(options.lr(), total_steps())),
        loader(data::make_data_loader(
            Batches(classifier, pixels, targets, options.augmentation()),
            data::DataLoaderOptions(static_cast<size_t>(options.batch_size()))
                .workers(static_cast<size_t>(options.workers())))) {}

  int64_t images() const { return pixels.size(0); }
  int64_t steps_per_epoch() const {
    return (images() + options.batch_size() - 1) / options.batch_size();
  }
  int64_t total_steps() const { return steps_per_epoch() * options.epochs(); }

  /// What must be equal for training to go on where it was.
  std::string description() const {
    const ClassifierSpec& spec = classifier.spec();
    return cat_str(spec.model, " on ", images(), " images of ", spec.dataset, ", epochs ",
                   options.epochs(), ", batch size ", options.batch_size(), ", lr ", options.lr(),
                   ", weight decay ", options.weight_decay(), ", label smoothing ",
                   options.label_smoothing(), ", shift ", options.augmentation().shift, ", flip ",
                   options.augmentation().flip, ", seed ", options.seed());
  }

  Checkpoint checkpoint() {
    Checkpoint all;
    all.add("model", classifier.model()).add("optimizer", optimizer);
    all.add("schedule", schedule).add("loader", *loader);
    return all;
  }

  /// The next batch, of a new epoch when this one has ended.
  data::Example<>& next_batch() {
    if (next != loader->end()) ++next;
    while (next == loader->end()) {
      next = Iterator();  // a loader has one iterator at a time
      next = loader->begin();
    }
    return *next;
  }

  Classifier& classifier;
  Tensor pixels, targets;
  TrainerOptions options;
  optim::AdamW optimizer;
  optim::OneCycleLR schedule;
  std::unique_ptr<Loader> loader;
  Iterator next;
  int64_t steps = 0;
  EpochSums sums;
};

ClassifierTrainer::ClassifierTrainer(Classifier& classifier, Tensor pixels, Tensor targets,
                                     TrainerOptions options) {
  HEARTH_CHECK_AS(ShapeError,
                  pixels.dim() == 4 && targets.dim() == 1 && pixels.size(0) == targets.size(0) &&
                      pixels.size(0) > 0,
                  "[ClassifierTrainer] expected images [N, C, H, W] and targets [N], got ",
                  pixels.sizes(), " and ", targets.sizes());
  HEARTH_CHECK_AS(
      ValueError, options.epochs() > 0 && options.batch_size() > 0 && options.workers() >= 0,
      "[ClassifierTrainer] epochs and batch_size are positive, workers not negative; got ",
      options.epochs(), ", ", options.batch_size(), " and ", options.workers());
  impl_ =
      std::make_unique<Impl>(classifier, std::move(pixels), std::move(targets), std::move(options));
}

ClassifierTrainer::~ClassifierTrainer() = default;

int64_t ClassifierTrainer::steps_done() const { return impl_->steps; }
int64_t ClassifierTrainer::steps_per_epoch() const { return impl_->steps_per_epoch(); }
int64_t ClassifierTrainer::total_steps() const { return impl_->total_steps(); }
const EpochSums& ClassifierTrainer::epoch_sums() const { return impl_->sums; }

StepReport ClassifierTrainer::step() {
  Impl& s = *impl_;
  HEARTH_CHECK(!done(), "[ClassifierTrainer] all ", s.options.epochs(), " epochs are done");
  models::ImageClassifierImpl& model = s.classifier.model();
  model.train();
  if (s.steps % s.steps_per_epoch() == 0) s.sums = {};
  data::Example<>& batch = s.next_batch();

  StepReport report;
  report.lr = s.optimizer.param_groups()[0].options().get_lr();
  s.optimizer.zero_grad();
  const Tensor target = batch.target.to(s.classifier.device());
  Tensor scores = model.forward(batch.data.to(s.classifier.device()));
  Tensor loss =
      cross_entropy_loss(scores, target, {}, Reduction::Mean, -100, s.options.label_smoothing());
  loss.backward();
  s.optimizer.step();
  s.schedule.step();

  report.images = batch.target.size(0);
  report.loss = loss.item<double>();
  report.right = scores.detach().argmax(1).eq(target).sum().item<int64_t>();
  s.sums.images += report.images;
  s.sums.right += report.right;
  s.sums.loss += report.loss * static_cast<double>(report.images);
  ++s.steps;
  return report;
}

void ClassifierTrainer::save(const std::string& path) const {
  Impl& s = *impl_;
  s.checkpoint()
      .set("run", s.description())
      .set("steps", s.steps)
      .set("epoch_images", s.sums.images)
      .set("epoch_right", s.sums.right)
      .set("epoch_loss", s.sums.loss)
      .save(path);
}

void ClassifierTrainer::load(const std::string& path) {
  Impl& s = *impl_;
  // Before anything is changed: is it this training's? Loading restores the generator, too.
  Checkpoint found;
  const GeneratorState random = default_generator().get_state();
  found.load(path);
  default_generator().set_state(random);
  HEARTH_CHECK_AS(FormatError, found.has("run"), "[", path, "] is no checkpoint of a training");
  const auto run = found.get<std::string>("run");
  HEARTH_CHECK_AS(FormatError, run == s.description(), "[", path, "] is of another training:\n  ",
                  run, "\nThis one is\n  ", s.description(),
                  "\nGo on with the same settings, or start anew in another folder");

  s.next = Iterator();
  Checkpoint checkpoint = s.checkpoint();
  checkpoint.load(path);
  s.steps = checkpoint.get<int64_t>("steps");
  s.sums = {checkpoint.get<int64_t>("epoch_images"), checkpoint.get<int64_t>("epoch_right"),
            checkpoint.get<double>("epoch_loss")};
  HEARTH_CHECK_AS(FormatError, s.steps >= 0 && s.steps <= s.total_steps(), "[", path,
                  "] is after step ", s.steps, " of ", s.total_steps());
}

}  // namespace hearth::vision
