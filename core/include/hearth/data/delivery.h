// SPDX-License-Identifier: Apache-2.0
// Batches on their way to where they are used.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "hearth/data/example.h"

namespace hearth::data {

/// The tensors of a batch: visit(batch, f) calls f(Tensor&) for each. For types that are not known
/// here, and have no member `visit_tensors(f)` that does this, `known` is false.
template <typename T>
struct TensorsOf {
  static constexpr bool known = requires(T & v, void (*f)(Tensor&)) { v.visit_tensors(f); };
  template <typename F>
  static void visit(T& value, const F& f) {
    if constexpr (known) value.visit_tensors(f);
  }
};
template <>
struct TensorsOf<Tensor> {
  static constexpr bool known = true;
  template <typename F>
  static void visit(Tensor& t, const F& f) {
    f(t);
  }
};
/// What holds no tensors.
template <typename T>
requires(std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) struct TensorsOf<T> {
  static constexpr bool known = true;
  template <typename F>
  static void visit(T&, const F&) {}
};
template <typename D, typename T>
struct TensorsOf<Example<D, T>> {
  static constexpr bool known = TensorsOf<D>::known && TensorsOf<T>::known;
  template <typename F>
  static void visit(Example<D, T>& e, const F& f) {
    TensorsOf<D>::visit(e.data, f);
    TensorsOf<T>::visit(e.target, f);
  }
};
template <typename D>
struct TensorsOf<Example<D, example::NoTarget>> {
  static constexpr bool known = TensorsOf<D>::known;
  template <typename F>
  static void visit(Example<D, example::NoTarget>& e, const F& f) {
    TensorsOf<D>::visit(e.data, f);
  }
};
template <typename... A>
struct TensorsOf<std::tuple<A...>> {
  static constexpr bool known = (TensorsOf<A>::known && ...);
  template <typename F>
  static void visit(std::tuple<A...>& t, const F& f) {
    std::apply([&](A&... a) { (TensorsOf<A>::visit(a, f), ...); }, t);
  }
};
template <typename A, typename B>
struct TensorsOf<std::pair<A, B>> {
  static constexpr bool known = TensorsOf<A>::known && TensorsOf<B>::known;
  template <typename F>
  static void visit(std::pair<A, B>& p, const F& f) {
    TensorsOf<A>::visit(p.first, f);
    TensorsOf<B>::visit(p.second, f);
  }
};
namespace detail {
template <typename List, typename T>
struct TensorsOfList {
  static constexpr bool known = TensorsOf<T>::known;
  template <typename F>
  static void visit(List& list, const F& f) {
    for (T& item : list) TensorsOf<T>::visit(item, f);
  }
};
}  // namespace detail
template <>
struct TensorsOf<std::vector<bool>> : TensorsOf<bool> {
  template <typename F>
  static void visit(std::vector<bool>&, const F&) {}
};
template <typename T>
struct TensorsOf<std::vector<T>> : detail::TensorsOfList<std::vector<T>, T> {};
template <typename T, size_t N>
struct TensorsOf<std::array<T, N>> : detail::TensorsOfList<std::array<T, N>, T> {};
template <typename T>
struct TensorsOf<std::optional<T>> {
  static constexpr bool known = TensorsOf<T>::known;
  template <typename F>
  static void visit(std::optional<T>& value, const F& f) {
    if (value) TensorsOf<T>::visit(*value, f);
  }
};
template <typename K, typename T>
struct TensorsOf<std::map<K, T>> {
  static constexpr bool known = TensorsOf<T>::known;
  template <typename F>
  static void visit(std::map<K, T>& map, const F& f) {
    for (auto& [key, value] : map) TensorsOf<T>::visit(value, f);
  }
};

/// Where the tensors of a loader's batches go once they are made.
struct Destination {
  std::optional<Device> device;
  bool pin_memory = false;

  bool is_elsewhere() const { return device || pin_memory; }
};

namespace detail {

/// Brings tensors there, of one batch. `ahead` of those who use them, a thread copies on a stream
/// of its own and waits for its copies; otherwise the current stream copies, and nobody waits.
class HEARTH_API Delivery {
 public:
  Delivery(const Destination& destination, bool ahead);
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  ~Delivery();
  void bring(Tensor& tensor) const;
  /// Once all tensors were given.
  void finish();

 private:
  Destination destination_;
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

[[noreturn]] HEARTH_API void throw_undeliverable();

template <typename T>
void deliver(T& batch, const Destination& destination, bool ahead) {
  if (!destination.is_elsewhere()) return;
  if constexpr (TensorsOf<T>::known) {
    Delivery delivery(destination, ahead);
    TensorsOf<T>::visit(batch, [&](Tensor& t) { delivery.bring(t); });
    delivery.finish();
  } else {
    throw_undeliverable();
  }
}

}  // namespace detail
}  // namespace hearth::data
