// SPDX-License-Identifier: Apache-2.0
// Many samples to one batch, whatever samples are made of: Python's default_collate, with padding.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/delivery.h"
#include "hearth/data/example.h"
#include "hearth/data/transforms.h"

namespace hearth::data {

/// Tensors [length, ...] of different lengths in one, and how long each is. A member of this type
/// in a batch says that the samples' tensors are to be padded.
struct Padded {
  Tensor data;     ///< [N, longest, ...]
  Tensor lengths;  ///< int64 [N], on the CPU
};
/// Lengths stay: packing reads them on the CPU.
template <>
struct TensorsOf<Padded> {
  static constexpr bool known = true;
  template <typename F>
  static void visit(Padded& p, const F& f) {
    f(p.data);
  }
};

/// How Padded tensors are made.
struct PadOptions {
  PadOptions() = default;
  PadOptions(double value) : padding_value_({value}) {}
  /// What fills up: one value for all Padded members, or one for each, in their order.
  HEARTH_ARG(std::vector<double>, padding_value) = {0};
  /// "right": the sample comes first; or "left".
  HEARTH_ARG(std::string, padding_side) = "right";
  /// Lengths become multiples of this.
  HEARTH_ARG(int64_t, pad_to_multiple_of) = 1;
};

namespace detail {

/// Counts the Padded members as they come.
class HEARTH_API Padder {
 public:
  explicit Padder(PadOptions options);
  Padded pad(const std::vector<Tensor>& sequences);
  /// Throws ValueError unless there were as many Padded members as values.
  void check() const;

 private:
  PadOptions options_;
  size_t used_ = 0;
};

[[noreturn]] HEARTH_API void throw_uncollatable(const std::string& what);
/// A tensor [n] to be filled.
HEARTH_API Tensor numbers(size_t n, ScalarType dtype);

/// Converts to anything, to find out how many members an aggregate has.
struct AnyMember {
  template <typename T>
  operator T() const;
};
template <typename T, size_t... I>
constexpr bool takes_members(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), AnyMember{})...}; };
}
inline constexpr size_t kMostMembers = 8;
template <typename T, size_t N = kMostMembers>
constexpr size_t count_members() {
  if constexpr (N == 0 || takes_members<T>(std::make_index_sequence<N>())) {
    return N;
  } else {
    return count_members<T, N - 1>();
  }
}

/// The members of an aggregate, as a tuple of references.
template <typename T>
auto members(T& value) {
  constexpr size_t n = count_members<std::remove_const_t<T>>();
  static_assert(n > 0, "collate: expected a struct of tensors and what they are kept in");
  if constexpr (n == 1) {
    auto& [a] = value;
    return std::tie(a);
  } else if constexpr (n == 2) {
    auto& [a, b] = value;
    return std::tie(a, b);
  } else if constexpr (n == 3) {
    auto& [a, b, c] = value;
    return std::tie(a, b, c);
  } else if constexpr (n == 4) {
    auto& [a, b, c, d] = value;
    return std::tie(a, b, c, d);
  } else if constexpr (n == 5) {
    auto& [a, b, c, d, e] = value;
    return std::tie(a, b, c, d, e);
  } else if constexpr (n == 6) {
    auto& [a, b, c, d, e, f] = value;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (n == 7) {
    auto& [a, b, c, d, e, f, g] = value;
    return std::tie(a, b, c, d, e, f, g);
  } else {
    auto& [a, b, c, d, e, f, g, h] = value;
    return std::tie(a, b, c, d, e, f, g, h);
  }
}

/// What a batch of T is when nobody says. Structs stay themselves.
template <typename T>
struct CollatedOf {
  using type = T;
};
template <typename T>
using Collated = typename CollatedOf<T>::type;
template <typename T>
requires std::is_arithmetic_v<T>
struct CollatedOf<T> {
  using type = Tensor;
};
template <>
struct CollatedOf<std::string> {
  using type = std::vector<std::string>;
};
template <typename A, typename B>
struct CollatedOf<std::pair<A, B>> {
  using type = std::pair<Collated<A>, Collated<B>>;
};
template <typename... A>
struct CollatedOf<std::tuple<A...>> {
  using type = std::tuple<Collated<A>...>;
};
template <typename T>
struct CollatedOf<std::vector<T>> {
  using type = std::vector<Collated<T>>;
};
template <typename T, size_t N>
struct CollatedOf<std::array<T, N>> {
  using type = std::array<Collated<T>, N>;
};
template <typename K, typename V>
struct CollatedOf<std::map<K, V>> {
  using type = std::map<K, Collated<V>>;
};
template <typename K, typename V>
struct CollatedOf<std::unordered_map<K, V>> {
  using type = std::unordered_map<K, Collated<V>>;
};
template <typename D, typename T>
struct CollatedOf<Example<D, T>> {
  using type = Example<Collated<D>, Collated<T>>;
};
template <typename D>
struct CollatedOf<Example<D, example::NoTarget>> {
  using type = Example<Collated<D>, example::NoTarget>;
};

template <typename T>
inline constexpr bool is_example = false;
template <typename D, typename T>
inline constexpr bool is_example<Example<D, T>> = true;
template <typename T>
inline constexpr bool is_map = false;
template <typename K, typename V>
inline constexpr bool is_map<std::map<K, V>> = true;
template <typename K, typename V>
inline constexpr bool is_map<std::unordered_map<K, V>> = true;
template <typename T>
inline constexpr bool is_list = false;
template <typename T>
inline constexpr bool is_list<std::vector<T>> = true;
template <typename T, size_t N>
inline constexpr bool is_list<std::array<T, N>> = true;

/// The parts of something with a fixed number of them, as a tuple of references.
template <typename T>
auto parts(T& value) {
  using Plain = std::remove_const_t<T>;
  if constexpr (requires { std::tuple_size<Plain>::value; }) {
    return std::apply([](auto&... part) { return std::tie(part...); }, value);
  } else if constexpr (is_example<Plain>) {
    if constexpr (requires { value.target; }) {
      return std::tie(value.data, value.target);
    } else {
      return std::tie(value.data);
    }
  } else {
    return members(value);
  }
}

template <typename Out, typename In>
Out collate(const std::vector<const In*>& samples, Padder& padder);

template <typename Out, typename In, size_t... I>
Out collate_parts(const std::vector<const In*>& samples, Padder& padder,
                  std::index_sequence<I...>) {
  Out out{};
  auto to = parts(out);
  const auto one = [&](auto index) {
    constexpr size_t i = decltype(index)::value;
    using From = std::remove_cvref_t<decltype(std::get<i>(parts(*samples[0])))>;
    using To = std::remove_reference_t<decltype(std::get<i>(to))>;
    std::vector<const From*> column;
    column.reserve(samples.size());
    for (const In* sample : samples) column.push_back(&std::get<i>(parts(*sample)));
    std::get<i>(to) = collate<To>(column, padder);
  };
  (one(std::integral_constant<size_t, I>()), ...);
  return out;
}

template <typename Out, typename In>
Out collate(const std::vector<const In*>& samples, Padder& padder) {
  if constexpr (std::is_same_v<In, Tensor>) {
    static_assert(std::is_same_v<Out, Tensor> || std::is_same_v<Out, Padded>,
                  "collate: tensors become a Tensor (stacked) or Padded");
    std::vector<Tensor> tensors;
    tensors.reserve(samples.size());
    for (const Tensor* t : samples) tensors.push_back(*t);
    if constexpr (std::is_same_v<Out, Padded>) {
      return padder.pad(tensors);
    } else {
      return stack_parts(tensors);
    }
  } else if constexpr (std::is_arithmetic_v<In> && std::is_same_v<Out, Tensor>) {
    // Numbers of a batch, as Python's: bool, int64, and floats as they are.
    using Kept =
        std::conditional_t<std::is_integral_v<In> && !std::is_same_v<In, bool>, int64_t, In>;
    const Tensor out = numbers(samples.size(), dtype_of<Kept>);
    Kept* to = out.template data_ptr<Kept>();
    for (const In* x : samples) *to++ = static_cast<Kept>(*x);
    return out;
  } else if constexpr (std::is_same_v<Out, std::vector<In>>) {
    // Texts, and whatever else is to be kept one by one.
    Out out;
    out.reserve(samples.size());
    for (const In* x : samples) out.push_back(*x);
    return out;
  } else if constexpr (is_map<In>) {
    // The keys of the first, as in Python.
    Out out;
    for (const auto& [key, value] : *samples[0]) {
      std::vector<const std::remove_cvref_t<decltype(value)>*> column;
      for (size_t i = 0; i < samples.size(); ++i) {
        const auto found = samples[i]->find(key);
        if (found == samples[i]->end())
          throw_uncollatable(cat_str("sample ", i, " lacks '", key, "', which the first one has"));
        column.push_back(&found->second);
      }
      out.emplace(key, collate<typename Out::mapped_type>(column, padder));
    }
    return out;
  } else if constexpr (is_list<In>) {
    // Element by element.
    Out out{};
    const size_t n = samples[0]->size();
    if constexpr (requires { out.resize(n); }) out.resize(n);
    for (size_t i = 0; i < samples.size(); ++i)
      if (samples[i]->size() != n)
        throw_uncollatable(cat_str("the first sample's list has ", n, " elements, that of sample ",
                                   i, " ", samples[i]->size()));
    for (size_t k = 0; k < n; ++k) {
      std::vector<const typename In::value_type*> column;
      column.reserve(samples.size());
      for (const In* x : samples) column.push_back(&(*x)[k]);
      out[k] = collate<typename Out::value_type>(column, padder);
    }
    return out;
  } else {
    constexpr size_t n = std::tuple_size_v<decltype(parts(*samples[0]))>;
    Out* none = nullptr;
    static_assert(n == std::tuple_size_v<decltype(parts(*none))>,
                  "collate: a batch has as many members as a sample, in the same order");
    return collate_parts<Out>(samples, padder, std::make_index_sequence<n>());
  }
}

}  // namespace detail

/// One batch of many samples, as Python's default_collate, for samples of any nesting:
///
/// | a sample's part | the batch's |
/// |---|---|
/// | Tensor | Tensor, stacked along a new first dim; or Padded, where the batch's type says so |
/// | bool; integer; float, double | Tensor of bool; int64; float, double [N] |
/// | std::string | std::vector<std::string> |
/// | pair, tuple, array, vector, Example | the same of the parts' batches |
/// | map, unordered_map | the same, with the keys of the first sample |
/// | struct of up to 8 of these | itself, or Batch: a struct of as many members, each one's batch |
///
///     struct Text { Tensor ids; int64_t label; };
///     struct TextBatch { Padded ids; Tensor label; };
///     TextBatch batch = default_collate<TextBatch>(samples, PadOptions(tokenizer.pad_id));
///
/// A std::vector<X> in the batch keeps parts of the type X one by one. Throws ValueError for no
/// samples, lists of different lengths and missing keys, ShapeError for tensors that do not stack.
template <typename Batch = void, typename Sample>
auto default_collate(const std::vector<Sample>& samples, const PadOptions& options = {}) {
  using Out = std::conditional_t<std::is_void_v<Batch>, detail::Collated<Sample>, Batch>;
  if (samples.empty()) detail::throw_uncollatable("expected at least one sample");
  std::vector<const Sample*> pointers;
  pointers.reserve(samples.size());
  for (const Sample& s : samples) pointers.push_back(&s);
  detail::Padder padder(options);
  Out batch = detail::collate<Out>(pointers, padder);
  padder.check();
  return batch;
}

namespace transforms {

/// default_collate as a transform: `dataset.map(DefaultCollate<Text, TextBatch>(PadOptions(1)))`.
template <typename Sample, typename Batch = detail::Collated<Sample>>
class DefaultCollate : public Collation<Batch, std::vector<Sample>> {
 public:
  explicit DefaultCollate(PadOptions options = {}) : options_(std::move(options)) {}
  Batch apply_batch(std::vector<Sample> samples) override {
    return default_collate<Batch>(samples, options_);
  }

 private:
  PadOptions options_;
};

}  // namespace transforms
}  // namespace hearth::data
