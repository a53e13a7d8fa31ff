// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/autograd/grad_mode.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

namespace serialize {
class InputArchive;
class OutputArchive;
}  // namespace serialize

/// Metrics of batches and of whole runs, with the names, options and values of TorchMetrics.
/// docs/metrics.md lists them.
namespace metrics {

/// How what two parts of the data left in a state becomes what both would have left.
enum class Merge {
  Sum,
  Min,
  Max,
  Cat,     ///< joined along dim 0
  Moments  ///< counts, means and co-moments of pairs: see moments_of
};

/// How values of samples become one.
enum class Reduce { Mean, Sum, None };

/// Base of all metrics: what was seen so far, as named tensors that add up.
///
/// A metric is a value: a copy goes on by itself. It moves to the device of its inputs. Nothing is
/// recorded for gradients. Integers are counted as int64 and all else is summed as double, so it
/// does not matter into how many batches the data is cut.
class HEARTH_API Metric {
 public:
  virtual ~Metric();

  /// "MulticlassAccuracy"
  const std::string& name() const { return name_; }
  /// What the states depend on; metrics of one key can share states and be merged.
  const std::string& key() const { return key_; }
  /// How many updates came since the last reset, those of merged metrics included.
  int64_t update_count() const { return update_count_; }

  /// Forgets everything.
  void reset();
  /// Adds what `other` has seen. Throws ValueError for a metric of another kind or other settings.
  void merge_state(const Metric& other);
  /// Shows the states of `other`, a metric of the same key, from here on.
  void share_state(const Metric& other);
  /// Whether a metric of the same key shows the same states, or neither has seen anything.
  bool shares_state(const Metric& other) const;
  /// Moves the states.
  void to(Device device);
  Device device() const { return device_; }

  /// All states, so that a run can go on from here.
  void save(serialize::OutputArchive& archive) const;
  /// Reads what save wrote. Throws FormatError, and changes nothing, where it is not of this metric
  /// with these settings.
  void load(serialize::InputArchive& archive);
  /// The same as a value, in memory.
  serialize::OutputArchive state_dict() const;
  void load_state_dict(const serialize::OutputArchive& state);

 protected:
  /// `key` says, after the name of what counts, on which settings the states depend.
  Metric(std::string name, std::string key);
  Metric(const Metric&) = default;
  Metric(Metric&&) = default;
  Metric& operator=(const Metric&) = default;
  Metric& operator=(Metric&&) = default;

  /// States are numbered as they are added. An initial value for Cat is an empty tensor.
  void add_state(std::string name, Tensor initial, Merge merge);
  /// A state; of Cat, all that was added, joined.
  const Tensor& state(size_t i) const;
  /// Merges what a batch gave into a state.
  void add(size_t i, Tensor value);

  /// Called around the work of every update.
  void begin_update(const Tensor& input);
  template <typename T>
  void begin_update(const T&) {}
  void end_update();

  struct State {
    std::string name;
    Tensor initial;
    Merge merge;
    mutable std::vector<Tensor> parts;  ///< one unless the state is joined; never written in place
    HEARTH_API void move_to(Device device);
  };
  struct Seen {
    std::vector<State> states;
    int64_t updates;
  };
  /// Takes all states away, as reset does.
  Seen take();
  void put(Seen seen);
  void merge_seen(const Seen& seen);
  /// Changes with the states.
  int64_t version() const { return version_; }

 private:
  std::string name_, key_;
  std::vector<State> states_;
  Device device_ = kCPU;
  int64_t update_count_ = 0, version_ = 0;
};

/// A metric that is given Inputs and computes a Value.
template <typename Value, typename... Inputs>
class MetricOf : public Metric {
 public:
  /// Adds a batch. What is thrown for a bad one leaves everything as it was.
  void update(const Inputs&... inputs) {
    const NoGradGuard no_grad;
    (begin_update(inputs), ...);
    accumulate(inputs...);
    end_update();
  }
  /// The value of all that was added, computed once.
  const Value& compute() const {
    if (!value_ || value_version_ != version()) {
      const NoGradGuard no_grad;
      value_ = value();
      value_version_ = version();
    }
    return *value_;
  }
  /// The value of this batch alone, which is added as well (TorchMetrics' forward).
  Value operator()(const Inputs&... inputs) {
    Seen before = take();
    try {
      update(inputs...);
      Value of_batch = compute();
      Seen batch = take();
      put(std::move(before));
      merge_seen(batch);
      return of_batch;
    } catch (...) {
      put(std::move(before));
      throw;
    }
  }

 protected:
  using Metric::Metric;
  virtual void accumulate(const Inputs&... inputs) = 0;
  virtual Value value() const = 0;

 private:
  mutable std::optional<Value> value_;
  mutable int64_t value_version_ = -1;
};

/// A metric of predictions next to the truth, with one tensor as value.
using TensorMetric = MetricOf<Tensor, Tensor, Tensor>;

/// (6, outputs...) of pairs x, y: their number, both means, and the sums of squared and of mixed
/// deviations: n, mean x, mean y, xx, yy, xy. Pairs lie along dim 0.
HEARTH_API Tensor moments_of(const Tensor& x, const Tensor& y);

}  // namespace metrics
}  // namespace hearth
