// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

namespace hearth::data::detail::sequencers {

/// Decides in which order results are passed on.
template <typename Result>
struct Sequencer {
  using ResultProducer = std::function<std::optional<Result>()>;
  virtual ~Sequencer() = default;
  virtual std::optional<Result> next(ResultProducer next_result) = 0;
};

/// As they come.
template <typename Result>
struct NoSequencer final : Sequencer<Result> {
  using typename Sequencer<Result>::ResultProducer;
  std::optional<Result> next(ResultProducer next_result) override { return next_result(); }
};

/// By their `sequence_number`; those that come early wait in a ring of `max_jobs` places.
template <typename Result>
struct OrderedSequencer final : Sequencer<Result> {
  using typename Sequencer<Result>::ResultProducer;
  explicit OrderedSequencer(size_t max_jobs) : buffer_(max_jobs) {}

  std::optional<Result> next(ResultProducer next_result) override {
    if (auto& here = place(next_sequence_number_)) {
      std::optional<Result> result = std::move(here);
      here.reset();
      ++next_sequence_number_;
      return result;
    }
    for (;;) {
      std::optional<Result> result = next_result();
      if (!result) return std::nullopt;
      if (result->sequence_number == next_sequence_number_) {
        ++next_sequence_number_;
        return result;
      }
      place(result->sequence_number) = std::move(result);
    }
  }

  std::optional<Result>& place(size_t number) { return buffer_[number % buffer_.size()]; }

  size_t next_sequence_number_ = 0;
  std::vector<std::optional<Result>> buffer_;
};

}  // namespace hearth::data::detail::sequencers
