// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/classification.h"

#include <algorithm>

#include "hearth/data/batch_samplers.h"
#include "hearth/data/dataloader.h"
#include "hearth/data/datasets.h"
#include "hearth/data/samplers.h"
#include "hearth/nn/module.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/train/callbacks/weight_averaging.h"
#include "hearth/train/trainer.h"

#include "train/learning.h"
#include "train/sampling.h"

namespace hearth::train {
namespace {

/// A target that does not count.
constexpr int64_t kIgnored = -100;

/// Examples, and how many targets count: known before they are on a device, where it would have to
/// be waited for.
struct Batch {
  Tensor data, target;
  double counted = 0;

  explicit Batch(data::Example<> e) : data(std::move(e.data)), target(std::move(e.target)) {
    counted = static_cast<double>(is_mixed() ? target.size(0)
                                             : target.ne(kIgnored).sum().item<int64_t>());
  }
  /// Whether targets are probabilities.
  bool is_mixed() const { return target.is_floating_point(); }
  template <typename F>
  void visit_tensors(const F& f) {
    f(data);
    f(target);
  }
};

class ExampleBatches : public data::datasets::BatchDataset<ExampleBatches, Batch> {
 public:
  explicit ExampleBatches(Examples examples) : examples_(std::move(examples)) {}
  Batch get_batch(ArrayRef<size_t> indices) override { return Batch(examples_.batch(indices)); }
  std::optional<size_t> size() const override { return examples_.size; }

 private:
  Examples examples_;
};

template <typename Sampler>
using Loader = data::StatelessDataLoader<ExampleBatches, Sampler>;

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

ClassificationOptions checked(const Examples& examples, ClassificationOptions o) {
  HEARTH_CHECK_AS(ValueError, examples.size > 0, "[ClassificationTrainer] no examples");
  HEARTH_CHECK_AS(
      ValueError, o.epochs() > 0 && o.batch_size() > 0 && o.workers() >= 0,
      "[ClassificationTrainer] epochs and batch_size are positive, workers not negative; got ",
      o.epochs(), ", ", o.batch_size(), " and ", o.workers());
  HEARTH_CHECK_AS(ValueError, o.criterion() == Criterion::CrossEntropy || o.label_smoothing() == 0,
                  "[ClassificationTrainer] label_smoothing is of cross entropy alone, got ",
                  o.label_smoothing());
  check_learning(o);
  o.loop(TrainerOptions(o.loop()).max_epochs(o.epochs()));
  return o;
}

}  // namespace

struct ClassificationTrainer::Impl {
  Impl(nn::Module& m, Callable<Scores(const Tensor&)> f, Examples examples, const std::string& what,
       ClassificationOptions o)
      : model(m),
        forward(std::move(f)),
        size(static_cast<int64_t>(examples.size)),
        options(checked(examples, std::move(o))),
        optimizer(make_optimizer(model, options)),
        schedule(make_schedule(*optimizer, options, steps_per_epoch())),
        trainer(options.loop()) {
    const auto batch_size = static_cast<size_t>(options.batch_size());
    const auto workers = static_cast<size_t>(options.workers());
    if (examples.lengths.empty()) {
      ExampleSampler sampler(examples, options);
      loader = data::make_data_loader(
          ExampleBatches(std::move(examples)), std::move(sampler),
          data::DataLoaderOptions(batch_size).workers(workers).device(device()));
    } else {
      HEARTH_CHECK_AS(ValueError, options.sampling() == Sampling::Shuffled,
                      "[ClassificationTrainer] examples in batches of about one length are "
                      "shuffled, neither balanced nor repeated");
      data::samplers::BucketBatchSampler sampler(std::move(examples.lengths), batch_size);
      by_length =
          data::make_data_loader(ExampleBatches(std::move(examples)), std::move(sampler),
                                 data::DataLoaderOptions().workers(workers).device(device()));
    }
    run.text =
        cat_str(what, ", batch size ", options.batch_size(), ", lr ", options.lr(),
                ", weight decay ", options.weight_decay(), ", label smoothing ",
                options.label_smoothing(), ", seed ", options.seed(), describe_learning(options));
    if (const auto precision = options.loop().precision())
      run.text += cat_str(", precision ", *precision);
    trainer.expect_batches(steps_per_epoch());
    trainer.add_state("run", run);
    trainer.add_model(model);
    trainer.add_optimizer(*optimizer);
    trainer.add_scheduler(*schedule);
    trainer.training_step(
        [this](Batch& b) { return step(b, options.label_smoothing(), /*learns=*/true); });
    trainer.validation_step([this](Batch& b) { return step(b, 0, /*learns=*/false); });
  }

  /// Where the model is when the training is made, and batches go; none for the CPU.
  std::optional<Device> device() const {
    for (const Tensor& p : model.parameters())
      if (!p.device().is_cpu()) return p.device();
    return std::nullopt;
  }
  int64_t steps_per_epoch() const {
    return (size + options.batch_size() - 1) / options.batch_size();
  }
  int64_t total_steps() const { return steps_per_epoch() * options.epochs(); }

  /// After all other callbacks, so that these see the averages when a validation ends.
  void add_averaging() {
    if (options.ema_decay() == 0 || averaging) return;
    using namespace optim::swa_utils;
    averaging = trainer.add_callback<WeightAveraging>(
        model, WeightAveragingOptions()
                   .average(AveragedModelOptions()
                                .multi_avg_fn(get_ema_multi_avg_fn(options.ema_decay()))
                                .use_buffers(true))
                   .start_step(warmup_steps(options, steps_per_epoch()))
                   .every_n_steps(options.ema_every_n_steps()));
  }

  StepResult step(Batch& batch, double label_smoothing, bool learns) const {
    const auto [scores, auxiliary] = forward(batch.data);
    const Tensor target = batch.target.to(scores.device());
    const auto loss_of = [&](const Tensor& of) {
      switch (options.criterion()) {
        case Criterion::BinaryCrossEntropy:
          return binary_cross_entropy_with_logits(of, target.to(of.scalar_type()));
        case Criterion::MeanSquaredError:
          return mse_loss(of, target.to(of.scalar_type()));
        case Criterion::CrossEntropy:
          break;
      }
      return cross_entropy_loss(of, target, {}, Reduction::Mean, kIgnored, label_smoothing);
    };
    Tensor loss = loss_of(scores);
    for (size_t i = 0; learns && i < auxiliary.size(); ++i)
      loss = loss + loss_of(auxiliary[i].scores) * auxiliary[i].weight;
    if (options.criterion() == Criterion::MeanSquaredError)
      return StepResult(loss).weigh(batch.counted);
    return StepResult(loss, {{"accuracy", accuracy(scores.detach(), target, batch)}})
        .weigh(batch.counted);
  }

  Tensor accuracy(const Tensor& scores, const Tensor& target, const Batch& batch) const {
    if (options.criterion() == Criterion::BinaryCrossEntropy)
      return scores.ge(0).eq(target.ge(0.5)).to(kFloat).mean();
    const Tensor right =
        scores.argmax(1).eq(batch.is_mixed() ? target.argmax(1) : target).to(kFloat);
    return right.sum() / std::max(batch.counted, 1.0);
  }

  nn::Module& model;
  Callable<Scores(const Tensor&)> forward;
  int64_t size;
  ClassificationOptions options;
  Description run;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<optim::LRScheduler> schedule;
  /// One of these.
  std::unique_ptr<Loader<ExampleSampler>> loader;
  std::unique_ptr<Loader<data::samplers::BucketBatchSampler>> by_length;
  std::unique_ptr<Loader<data::samplers::SequentialSampler>> validation;
  Trainer<Batch> trainer;
  std::shared_ptr<WeightAveraging> averaging;
};

ClassificationTrainer::ClassificationTrainer(nn::Module& model,
                                             Callable<Scores(const Tensor&)> forward,
                                             Examples examples, const std::string& what,
                                             ClassificationOptions options)
    : impl_(std::make_unique<Impl>(model, std::move(forward), std::move(examples), what,
                                   std::move(options))) {}

ClassificationTrainer::~ClassificationTrainer() = default;

void ClassificationTrainer::validate_on(Examples examples, size_t batch_size) {
  impl_->validation = data::make_data_loader<data::samplers::SequentialSampler>(
      ExampleBatches(std::move(examples)),
      data::DataLoaderOptions(batch_size).device(impl_->device()));
}

Engine& ClassificationTrainer::engine() { return impl_->trainer; }
int64_t ClassificationTrainer::steps_per_epoch() const { return impl_->steps_per_epoch(); }
int64_t ClassificationTrainer::total_steps() const { return impl_->total_steps(); }

void ClassificationTrainer::check_checkpoint(const std::string& checkpoint) const {
  serialize::InputArchive archive, members, run, place;
  archive.load_from(checkpoint);
  archive.read("members", members);
  members.read("run", run);
  impl_->run.load(run);
  members.read("trainer", place);
  int64_t step = 0;
  place.read("step", step);
  const int64_t each = steps_per_epoch(), epochs = impl_->options.epochs();
  HEARTH_CHECK_AS(ValueError, step <= total_steps(), "[", checkpoint, "] has been trained for ",
                  step, " steps of ", each, " an epoch; expected ", (step + each - 1) / each,
                  " epochs or more to go on, got ", epochs);
}

FitResult ClassificationTrainer::fit(const std::string& checkpoint) {
  Impl& s = *impl_;
  if (!checkpoint.empty()) check_checkpoint(checkpoint);
  s.add_averaging();
  const auto fit_on = [&](auto& loader) {
    return s.validation ? s.trainer.fit(loader, *s.validation, checkpoint)
                        : s.trainer.fit(loader, checkpoint);
  };
  return s.by_length ? fit_on(*s.by_length) : fit_on(*s.loader);
}

}  // namespace hearth::train
