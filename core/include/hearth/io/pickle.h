// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/tensor/tensor.h"

/// What Python's torch.save wrote, read without Python.
///
/// Nothing of a file is ever run or imported: the reader knows a closed list of constructors
/// (tensors, parameters, dicts, lists, numbers ...), and keeps everything else as an Object of a
/// name, beside which no tensor is lost.
namespace hearth::pickle {

struct Node;
struct Document;

/// A Python value within a file that was read. Cheap to copy; keeps the file in memory.
class HEARTH_API Value {
 public:
  /// Object: an instance of a class that the reader does not know, a function, or a class.
  enum class Kind {
    None,
    Bool,
    Int,
    Double,
    String,
    Bytes,
    List,
    Tuple,
    Set,
    Dict,
    Tensor,
    Object
  };

  Value() = default;
  Kind kind() const;
  bool isNone() const { return kind() == Kind::None; }
  /// Whether it is an Int that toInt() can give; Python's have any number of digits.
  bool is_int64() const;

  /// Throw FormatError when the value is of another kind; an int counts as a double.
  bool toBool() const;
  int64_t toInt() const;
  double toDouble() const;
  /// Also of Bytes.
  const std::string& toStringRef() const;
  /// Shares the file's memory where it can, so that writing to one writes to those that share its
  /// storage, as in Python, but not to the file. Throws FormatError for a type that Hearth does not
  /// have.
  Tensor toTensor() const;

  /// Elements of a List, Tuple or Set; arguments of an Object.
  std::vector<Value> elements() const;
  /// Of a Dict, in its order, or of the attributes of an Object.
  std::vector<std::pair<Value, Value>> items() const;
  size_t size() const;
  /// The value of a key of a Dict, or an attribute of an Object; none if there is no such.
  std::optional<Value> find(std::string_view key) const;
  /// What a Dict has besides its items, as Python's state dicts have `_metadata`.
  std::optional<Value> attribute(std::string_view name) const;
  /// find; throws FormatError naming the keys that are there.
  Value at(std::string_view key) const;

  /// "module.name" of the class of an Object.
  const std::string& type_name() const;
  /// Of a Tensor, without reading it. Undefined for a type that Hearth does not have.
  ScalarType dtype() const;
  IntArrayRef sizes() const;
  bool requires_grad() const;

  /// As Python would print it, tensors by type and sizes; long values are cut.
  std::string repr(size_t most = 200) const;

  /// Internal: a value of a document.
  Value(std::shared_ptr<const Document> document, const Node* node)
      : document_(std::move(document)), node_(node) {}
  const Node* node() const { return node_; }
  const std::shared_ptr<const Document>& document() const { return document_; }

 private:
  const Node& expect(Kind kind, std::string_view wanted) const;

  std::shared_ptr<const Document> document_;
  const Node* node_ = nullptr;
};

/// Every tensor, number, text, bool and None in the value by its path: keys of dicts and indices of
/// lists, joined by dots. Parameters, buffers and submodules of a module that was saved whole have
/// the names that its state_dict gives them. A value that stands alone is "0", and where two would
/// have one path ({"a.b": x, "a": {"b": y}}), the second ends in "#2".
HEARTH_API std::vector<std::pair<std::string, Value>> named_values(const Value& value);
/// The tensors among these.
HEARTH_API std::vector<std::pair<std::string, Value>> named_tensors(const Value& value);

/// Reads a file that torch.save wrote, in its zip form or in the one of PyTorch before 1.6, or a
/// TorchScript archive (its module, with attributes). Maps the file; tensors are made when asked
/// for. Throws FileError or FormatError.
///
///     const Value checkpoint = pickle::load("last.pt");
///     const int64_t epoch = checkpoint.at("epoch").toInt();
///     const Tensor weight = checkpoint.at("model").at("fc.weight").toTensor();
HEARTH_API Value load(const std::string& path);
/// The same of bytes in memory, which are copied; `name` stands in error messages.
HEARTH_API Value load(const void* data, size_t size, const std::string& name = "buffer");

/// Reads what pickle.dump wrote, by protocol 2 or later, as data sets are: numbers, texts, lists,
/// dicts, and arrays of NumPy as tensors; Python 2's texts as those of Latin-1. Throws FileError or
/// FormatError.
HEARTH_API Value load_pickle(const std::string& path);

}  // namespace hearth::pickle
