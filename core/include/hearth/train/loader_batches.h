// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iterator>
#include <optional>

#include "hearth/io/archive.h"
#include "hearth/train/engine.h"

namespace hearth::train {

/// The batches of a loader, or of any range. A loader that can say where it stands continues there;
/// in other ranges, the batches before are passed over.
template <typename Loader, typename Batch>
class LoaderBatches final : public Batches {
  static constexpr bool kKeepsPlace =
      requires(Loader & l, serialize::OutputArchive& out, serialize::InputArchive& in) {
    l.save(out);
    l.load(in);
  };

 public:
  explicit LoaderBatches(Loader& loader) : loader_(loader) {}

  void begin() override {
    place_.emplace(loader_.begin());
    given_ = 0;
    fresh_ = true;
    for (int64_t n = std::exchange(skip_, 0); n > 0 && next(); --n) {
    }
  }
  void* next() override {
    if (!place_) return nullptr;
    if (!std::exchange(fresh_, false)) ++*place_;
    if (*place_ == loader_.end()) {
      end();
      return nullptr;
    }
    ++given_;
    Batch& batch = **place_;
    return &batch;
  }
  // A loader has one iterator at a time.
  void end() override { place_.reset(); }
  std::optional<int64_t> size() const override {
    if constexpr (requires { std::optional<int64_t>(loader_.size()); }) {
      return loader_.size();
    } else if constexpr (requires { static_cast<int64_t>(loader_.size()); }) {
      return static_cast<int64_t>(loader_.size());
    } else {
      return std::nullopt;
    }
  }
  void save(serialize::OutputArchive& archive) const override {
    if constexpr (kKeepsPlace) {
      loader_.save(archive);
    } else {
      archive.write("given", place_ ? given_ : 0);
    }
  }
  void load(serialize::InputArchive& archive) override {
    end();
    if constexpr (kKeepsPlace) {
      loader_.load(archive);
    } else {
      archive.read("given", skip_);
    }
  }

 private:
  Loader& loader_;
  std::optional<decltype(std::declval<Loader&>().begin())> place_;
  int64_t given_ = 0, skip_ = 0;
  bool fresh_ = false;
};

}  // namespace hearth::train
