// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "hearth/autograd/ivalue.h"
#include "hearth/tensor/tensor.h"

namespace hearth::serialize {
class OutputArchive;
}
namespace hearth::detail {
/// The archive of a tensor saved alone: key "0".
HEARTH_API serialize::OutputArchive archive_of(const Tensor& tensor);
}  // namespace hearth::detail

/// Archives: trees of named tensors and small values, as torch::serialize has them.
///
/// On disk an archive is one safetensors file, or, under a name ending in .pt or .pth, one that
/// Python's torch.load opens. A tensor `t` in a nested archive `a` is the tensor
/// "a.t"; values are JSON, by path, under the metadata key "hearth.values". So the file of a module
/// is what Python's safetensors reads and writes, with PyTorch's parameter names.
namespace hearth::serialize {

/// A bool, integer, double or string in an archive; also what marks an empty nested archive.
class HEARTH_API Value {
 public:
  Value() = default;
  Value(bool v) : value_(v) {}
  template <typename T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Value(T v)
      : value_(static_cast<int64_t>(v)) {}
  Value(double v) : value_(v) {}
  Value(std::string v) : value_(std::move(v)) {}
  Value(const char* v) : value_(std::string(v)) {}

  enum class Kind { None, Bool, Int, Double, String };
  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool isNone() const { return kind() == Kind::None; }
  /// Throw FormatError when the value is of another kind; an integer counts as a double.
  bool toBool() const;
  int64_t toInt() const;
  double toDouble() const;
  const std::string& toStringRef() const;
  template <typename T>
  T to() const {
    if constexpr (std::is_same_v<T, bool>) {
      return toBool();
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(toInt());
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(toDouble());
    } else {
      return toStringRef();
    }
  }
  friend bool operator==(const Value& a, const Value& b) { return a.value_ == b.value_; }

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string> value_;
};

class InputArchive;
struct Items;

/// Collects what is to be saved. Tensors are not copied before save_to.
class HEARTH_API OutputArchive {
 public:
  OutputArchive();
  OutputArchive(const OutputArchive& other);
  OutputArchive(OutputArchive&& other) noexcept;
  OutputArchive& operator=(OutputArchive other) noexcept;
  ~OutputArchive();

  /// Keys are unique; ValueError otherwise. A dot in a key nests.
  void write(const std::string& key, const Tensor& tensor, bool is_buffer = false);
  void write(const std::string& key, const Value& value);
  void write(const std::string& key, const OutputArchive& nested);
  /// The version of the state of a module by its path: "" is the one whose archive this is. Kept
  /// beside the tensors, as _metadata in a .pt file. ValueError where it has another.
  void write_version(const std::string& module, int64_t version);
  /// A value or a tensor; ValueError for a list.
  template <std::same_as<IValue> T>
  void write(const std::string& key, const T& value) {
    write_ivalue(key, value);
  }

  /// Replaces the file when everything is written and durable.
  void save_to(const std::string& filename) const;
  void save_to(const char* filename) const { save_to(std::string(filename)); }
  void save_to(std::ostream& stream) const;
  /// Calls `writer(const void* data, size_t size)`, which returns how many bytes it took.
  template <typename F>
  requires std::is_invocable_r_v<size_t, F&, const void*, size_t>
  void save_to(F&& writer) const {
    save_to(
        [](void* f, const void* data, size_t size) -> size_t {
          return (*static_cast<std::remove_reference_t<F>*>(f))(data, size);
        },
        const_cast<void*>(static_cast<const void*>(&writer)));
  }
  std::vector<char> to_buffer() const;

 private:
  friend class InputArchive;
  friend OutputArchive hearth::detail::archive_of(const Tensor& tensor);
  void save_to(size_t (*writer)(void*, const void*, size_t), void* context) const;
  void write_ivalue(const std::string& key, const IValue& value);
  std::shared_ptr<Items> items_;
};

/// Reads what OutputArchive wrote, or any file that TensorFile opens.
class HEARTH_API InputArchive {
 public:
  InputArchive();
  /// What the archive holds, without a file between.
  explicit InputArchive(const OutputArchive& archive);
  ~InputArchive();
  InputArchive(const InputArchive&);
  InputArchive(InputArchive&&) noexcept;
  InputArchive& operator=(const InputArchive&);
  InputArchive& operator=(InputArchive&&) noexcept;

  /// Throw FileError or FormatError. Tensors go to `device` if given.
  void load_from(const std::string& filename, std::optional<Device> device = std::nullopt);
  void load_from(const char* filename, std::optional<Device> device = std::nullopt) {
    load_from(std::string(filename), device);
  }
  void load_from(std::istream& stream, std::optional<Device> device = std::nullopt);
  void load_from(const char* data, size_t size, std::optional<Device> device = std::nullopt);
  /// Reads `size()` bytes with calls of `read(position, buffer, n)`, which returns how many it
  /// read.
  template <typename F, typename S>
  requires(std::is_invocable_r_v<size_t, const F&, uint64_t, void*, size_t>&&
               std::is_invocable_r_v<size_t, const S&>)  //
      void load_from(const F& read, const S& size, std::optional<Device> device = std::nullopt) {
    load_from([](const void* f, uint64_t position, void* buffer,
                 size_t n) -> size_t { return (*static_cast<const F*>(f))(position, buffer, n); },
              &read, size(), device);
  }

  /// Where tensors read from here on go.
  void set_device(Device device) { device_ = device; }

  /// read throws FormatError for a missing key, try_read returns false. Into a defined tensor of
  /// the same sizes and dtype the values are copied; otherwise it gets memory of its own.
  void read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  bool try_read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  void read(const std::string& key, Value& value);
  bool try_read(const std::string& key, Value& value);
  void read(const std::string& key, InputArchive& nested);
  bool try_read(const std::string& key, InputArchive& nested);
  void read(const std::string& key, IValue& value);
  bool try_read(const std::string& key, IValue& value);
  template <typename T>
  requires(std::is_arithmetic_v<T> || std::is_same_v<T, std::string>)  //
      void read(const std::string& key, T& v) {
    Value value;
    read(key, value);
    v = value.to<T>();
  }

  /// The names at this level, nested archives included, in alphabetical order.
  std::vector<std::string> keys() const;
  /// Every tensor at and below this level, by its path from here.
  std::vector<std::pair<std::string, Tensor>> tensors() const;
  /// The versions of modules' states at and below this level, by their paths from here.
  std::vector<std::pair<std::string, int64_t>> versions() const;
  /// The file's name, for messages.
  const std::string& source() const;

 private:
  void load_from(size_t (*reader)(const void*, uint64_t, void*, size_t), const void* context,
                 size_t size, std::optional<Device> device);
  std::string path(const std::string& key) const;
  std::shared_ptr<const Items> items_;
  std::string prefix_;  ///< empty, or ends with a dot
  std::optional<Device> device_;
};

}  // namespace hearth::serialize
