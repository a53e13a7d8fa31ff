// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/collection.h"

#include "hearth/io/archive.h"

namespace hearth::metrics {

MetricCollection::MetricCollection(std::vector<Entry> metrics, std::string prefix,
                                   std::string postfix)
    : prefix_(std::move(prefix)), postfix_(std::move(postfix)) {
  for (Entry& m : metrics) add(std::move(m));
}

void MetricCollection::add(Entry metric) {
  HEARTH_CHECK_AS(ValueError, !metric.name.empty() && metric.name.find('.') == std::string::npos,
                  "[MetricCollection] a metric's name should be a word without dots, it is \"",
                  metric.name, "\"");
  for (const Entry& m : metrics_)
    HEARTH_CHECK_AS(ValueError, m.name != metric.name, "[MetricCollection] there are two metrics ",
                    "named ", metric.name);
  metrics_.push_back(std::move(metric));
}

MetricCollection MetricCollection::clone(std::string prefix, std::string postfix) const {
  MetricCollection copy = *this;
  copy.prefix_ = std::move(prefix);
  copy.postfix_ = std::move(postfix);
  copy.reset();
  return copy;
}

std::vector<size_t> MetricCollection::groups() const {
  std::vector<size_t> first(metrics_.size());
  for (size_t i = 0; i < metrics_.size(); ++i) {
    first[i] = i;
    // Those that saw other data, before they came into the collection, go on by themselves.
    for (size_t j = 0; j < i && first[i] == i; ++j)
      if (metrics_[i].metric->shares_state(*metrics_[j].metric)) first[i] = first[j];
  }
  return first;
}

void MetricCollection::update(const Tensor& preds, const Tensor& target) {
  // All or none: what a metric refuses leaves the others as they were.
  std::vector<Entry> updated = metrics_;
  const std::vector<size_t> first = groups();
  for (size_t i = 0; i < updated.size(); ++i) {
    if (first[i] == i) {
      updated[i].metric->update(preds, target);
    } else {
      updated[i].metric->share_state(*updated[first[i]].metric);
    }
  }
  metrics_ = std::move(updated);
}

MetricCollection::Values MetricCollection::compute() const {
  Values values;
  for (const Entry& m : metrics_)
    values.emplace_back(prefix_ + m.name + postfix_, m.metric->compute());
  return values;
}

MetricCollection::Values MetricCollection::operator()(const Tensor& preds, const Tensor& target) {
  MetricCollection batch = *this;
  batch.reset();
  batch.update(preds, target);
  Values values = batch.compute();
  merge_state(batch);
  return values;
}

void MetricCollection::reset() {
  for (Entry& m : metrics_) m.metric->reset();
}

void MetricCollection::merge_state(const MetricCollection& other) {
  std::vector<Entry> merged = metrics_;
  HEARTH_CHECK_AS(ValueError, merged.size() == other.metrics_.size(), "[MetricCollection] ",
                  merged.size(), " metrics cannot be merged with ", other.metrics_.size());
  for (size_t i = 0; i < merged.size(); ++i) {
    HEARTH_CHECK_AS(ValueError, merged[i].name == other.metrics_[i].name,
                    "[MetricCollection] cannot merge ", merged[i].name, " with ",
                    other.metrics_[i].name);
    merged[i].metric->merge_state(*other.metrics_[i].metric);
  }
  metrics_ = std::move(merged);
}

void MetricCollection::to(Device device) {
  for (Entry& m : metrics_) m.metric->to(device);
}

const TensorMetric& MetricCollection::operator[](const std::string& name) const {
  std::string names;
  for (const Entry& m : metrics_) {
    if (m.name == name) return *m.metric;
    names += (names.empty() ? "" : ", ") + m.name;
  }
  throw IndexError(cat_str("[MetricCollection] has no metric ", name, "; there are ", names));
}

void MetricCollection::save(serialize::OutputArchive& archive) const {
  for (const Entry& m : metrics_) {
    serialize::OutputArchive of_metric;
    m.metric->save(of_metric);
    archive.write(m.name, of_metric);
  }
}

void MetricCollection::load(serialize::InputArchive& archive) {
  std::vector<Entry> loaded = metrics_;
  for (Entry& m : loaded) {
    serialize::InputArchive of_metric;
    archive.read(m.name, of_metric);
    m.metric->load(of_metric);
  }
  metrics_ = std::move(loaded);
}

}  // namespace hearth::metrics
