// SPDX-License-Identifier: Apache-2.0
// LibTorch's names for Hearth: ordinary LibTorch programs compile with this folder on the include
// path. torch and c10 are the namespace hearth; at is what differs from it, and hearth.
#pragma once

// What LibTorch brings along, and programs have come to rely on.
#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cctype>
#include <chrono>
#include <climits>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <exception>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "hearth/data/chunk.h"
#include "hearth/hearth.h"
#include "hearth/ops/sparse.h"

#include "ATen/ATen.h"
#include "ATen/BackwardFunctions.h"
#include "ATen/CPUGeneratorImpl.h"
#include "ATen/Dispatch.h"
#include "ATen/NativeFunctions.h"
#include "ATen/PackedOptions.h"
#include "ATen/Parallel.h"
#include "ATen/TensorMaker.h"
#include "ATen/TensorUtils.h"
#include "ATen/autocast_mode.h"
#include "ATen/core/Dict.h"
#include "ATen/core/IListRef.h"
#include "ATen/core/LegacyTypeDispatch.h"
#include "ATen/core/List.h"
#include "c10/core/DeviceGuard.h"
#include "c10/core/DispatchKeySet.h"
#include "c10/core/SymInt.h"
#include "c10/util/C++17.h"
#include "c10/util/Exception.h"
#include "c10/util/SmallVector.h"
#include "c10/util/StringUtil.h"
#include "c10/util/accumulate.h"
#include "c10/util/complex.h"
#include "c10/util/irange.h"
#include "c10/util/variant.h"
#include "torch/data/detail/data_shuttle.h"
#include "torch/data/detail/queue.h"
#include "torch/data/detail/sequencers.h"
#include "torch/detail/static.h"
#include "torch/nn/functional/detail.h"
#include "torch/optim/serialize.h"
#include "torch/version.h"

namespace hearth {

// Aliases that only LibTorch programs use.
using std::make_optional;
using std::nullopt;
using std::optional;
using std::string_view;

/// As of a std::function: `if (closure != nullptr)` in an optimizer's step.
template <class Signature>
bool operator==(const Callable<Signature>& f, std::nullptr_t) {
  return !f;
}

namespace data {
using datasets::BatchDataset;
using datasets::Dataset;

namespace datasets {
template <typename DatasetType, typename TransformType>
MapDataset<DatasetType, TransformType> map(DatasetType dataset, TransformType transform) {
  return {std::move(dataset), std::move(transform)};
}
}  // namespace datasets
}  // namespace data

/// Where a guard for the tensor's device should be; nothing for undefined tensors.
inline std::optional<Device> device_of(const Tensor& tensor) {
  return tensor.defined() ? std::optional<Device>(tensor.device()) : std::nullopt;
}

namespace autograd {
using tensor_list = variable_list;

/// A leaf that shares the data of `tensor`.
inline Variable make_variable(const Tensor& tensor, bool requires_grad = false) {
  return tensor.detach().set_requires_grad(requires_grad);
}
}  // namespace autograd

namespace cuda {
/// libhearth_cuda has cuDNN.
inline bool cudnn_is_available() { return is_available(); }
}  // namespace cuda

// Apple's and Intel's devices can be asked for, and are never there.
namespace mps {
inline bool is_available() { return false; }
inline size_t device_count() { return 0; }
inline void manual_seed(uint64_t) {}
inline void synchronize() {}
}  // namespace mps
namespace xpu {
inline bool is_available() { return false; }
inline size_t device_count() { return 0; }
inline void synchronize(int64_t = -1) {}
}  // namespace xpu

namespace impl {
using GenericDict = Dict<IValue, IValue>;
using GenericList = List<IValue>;
}  // namespace impl

// Where LibTorch tells a dtype from its number.
inline ScalarType typeMetaToScalarType(TypeMeta type) { return type; }
inline TypeMeta scalarTypeToTypeMeta(ScalarType type) { return type; }

/// "CPU", or "cpu" in lower case.
inline std::string DeviceTypeName(DeviceType type, bool lower_case = false) {
  std::string name = Device(type).str();
  if (!lower_case)
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace hearth

/// Devices may be keys of unordered containers.
template <>
struct std::hash<::hearth::Device> {
  size_t operator()(const ::hearth::Device& device) const noexcept {
    return static_cast<size_t>(device.type()) << 16 ^ static_cast<uint16_t>(device.index());
  }
};

namespace caffe2 {
using TypeMeta = ::hearth::TypeMeta;
}

#define TORCH_MODULE(Name) HEARTH_MODULE(Name)
#define TORCH_MODULE_IMPL(Name, Impl) HEARTH_MODULE_IMPL(Name, Impl)
// Unlike HEARTH_ARG, several to a line.
#define TORCH_ARG(T, name)   \
 public:                     \
  HEARTH_ARG_ACCESS(T, name) \
                             \
 private:                    \
  T name##_ /* NOLINT */

#include "ATen/Context.h"
