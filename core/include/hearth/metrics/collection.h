// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "hearth/metrics/metric.h"

namespace hearth::metrics {

/// Metrics that are given the same predictions and targets.
///
///     MetricCollection val({{"acc", MulticlassAccuracy(10)}, {"f1", MulticlassF1Score(10)}},
///     "val_"); for (auto& batch : loader) val.update(net(batch.data), batch.target); for (const
///     auto& [name, value] : val.compute()) ...   // val_acc, val_f1
///
/// Metrics that count the same are counted once (TorchMetrics' compute groups). Copies go on by
/// themselves.
class HEARTH_API MetricCollection {
 public:
  /// A name and any metric of tensors: copied in.
  class Entry {
   public:
    template <typename M>
    requires std::is_base_of_v<TensorMetric, M> Entry(std::string name, M metric)
        : name(std::move(name)),
          metric(std::make_unique<M>(std::move(metric))),
          copy([](const TensorMetric& m) -> std::unique_ptr<TensorMetric> {
            return std::make_unique<M>(static_cast<const M&>(m));
          }) {}
    Entry(const Entry& other)
        : name(other.name), metric(other.copy(*other.metric)), copy(other.copy) {}
    Entry(Entry&&) = default;
    Entry& operator=(Entry other) {
      std::swap(name, other.name);
      std::swap(metric, other.metric);
      std::swap(copy, other.copy);
      return *this;
    }

    std::string name;
    std::unique_ptr<TensorMetric> metric;

   private:
    std::unique_ptr<TensorMetric> (*copy)(const TensorMetric&);
  };
  /// Values by name, in the order in which metrics were given.
  using Values = std::vector<std::pair<std::string, Tensor>>;

  MetricCollection() = default;
  /// Throws ValueError for a name that comes twice.
  explicit MetricCollection(std::vector<Entry> metrics, std::string prefix = "",
                            std::string postfix = "");
  void add(Entry metric);
  /// The same metrics, empty, with names of their own.
  MetricCollection clone(std::string prefix, std::string postfix = "") const;

  void update(const Tensor& preds, const Tensor& target);
  Values compute() const;
  /// The values of this batch alone, which is added as well.
  Values operator()(const Tensor& preds, const Tensor& target);
  void reset();
  void merge_state(const MetricCollection& other);
  void to(Device device);

  size_t size() const { return metrics_.size(); }
  /// By the name it was given. Throws IndexError where there is none.
  const TensorMetric& operator[](const std::string& name) const;

  /// All states by the metrics' names.
  void save(serialize::OutputArchive& archive) const;
  /// Throws FormatError, and changes nothing, where a metric's state is missing or of another one.
  void load(serialize::InputArchive& archive);

 private:
  /// Where each metric's counting is done: the first of its key.
  std::vector<size_t> groups() const;
  std::vector<Entry> metrics_;
  std::string prefix_, postfix_;
};

}  // namespace hearth::metrics
