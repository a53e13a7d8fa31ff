// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/io/archive.h"
#include "hearth/train/step_result.h"

namespace hearth::train {

/// Weighted means of named values over batches. Values on other devices are read when somebody
/// asks, all at once.
class Means {
 public:
  void add(const std::string& name, const Tensor& value, double weight);
  void add(const std::string& name, double value, double weight);
  /// The loss, if there is one, and the values of a step.
  void add(const StepResult& result);
  void clear();
  /// Calls f(name, mean, last value) for each.
  template <typename F>
  void for_each(const F& f) const {
    read_pending();
    for (const Entry& e : entries_)
      if (e.weight > 0) f(e.name, e.sum / e.weight, e.last);
  }
  void save(serialize::OutputArchive& archive) const;
  void load(serialize::InputArchive& archive);

 private:
  struct Entry {
    std::string name;
    double sum = 0, weight = 0, last = 0;
    void add(double value, double w);
  };
  struct Pending {
    size_t entry;
    Tensor value;
    double weight;
  };
  size_t entry(const std::string& name);
  void read_pending() const;

  // Reading what is pending changes no mean.
  mutable std::vector<Entry> entries_;
  mutable std::vector<Pending> pending_;
};

}  // namespace hearth::train
