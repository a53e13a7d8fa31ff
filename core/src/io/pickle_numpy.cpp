// SPDX-License-Identifier: Apache-2.0
#include "io/pickle_numpy.h"

#include "io/bytes_as_tensor.h"
#include "io/npy_format.h"
#include "io/pickle_types.h"

namespace hearth::pickle {

namespace {

using Kind = Value::Kind;

bool is_truth(const Node& node) { return node.kind == Kind::Bool && node.truth; }

/// Sizes of an array that has `bytes` bytes; none for what cannot be.
std::optional<DimVector> sizes_of(const Node& shape, uint64_t bytes, uint64_t item) {
  if (shape.kind != Kind::Tuple || shape.items.size() > kMaxRank) return std::nullopt;
  DimVector sizes;
  for (const Node* size : shape.items) {
    if (size->kind != Kind::Int || !size->text.empty() || size->integer < 0) return std::nullopt;
    sizes.push_back(size->integer);
  }
  if (static_cast<uint64_t>(checked_numel(sizes.ref())) != bytes / item || bytes % item != 0)
    return std::nullopt;
  return sizes;
}

/// The element type that a node describes, and its byte order; Undefined for what is none of those
/// that tensors have.
struct NumpyType {
  ScalarType dtype = ScalarType::Undefined;
  bool swapped = false;
};
NumpyType numpy_type(const Node& node) {
  // numpy.dtype("f4", ...), with a state (version, byte order, ...).
  if (node.kind != Kind::Object || node.text != "numpy.dtype" || node.items.empty()) return {};
  if (node.items[0]->kind != Kind::String) return {};
  NumpyType type{npy::dtype_of_name(node.items[0]->text)};
  const Node* state = node.state;
  if (type.dtype != ScalarType::Undefined && state && state->kind == Kind::Tuple &&
      state->items.size() > 1)
    type.swapped = state->items[1]->text == ">" && word_size(type.dtype) > 1;
  return type;
}

}  // namespace

bool become_array(Document& document, Node& node, const Node& type, const Node& shape,
                  bool fortran_order, const Node& bytes) {
  const NumpyType element = numpy_type(type);
  if (element.dtype == ScalarType::Undefined) return false;
  std::string_view content;
  std::shared_ptr<const std::string> own;
  if (bytes.kind == Kind::Bytes) {
    content = bytes.text;  // which the document owns
  } else if (bytes.kind == Kind::String && bytes.latin1.empty() == bytes.text.empty()) {
    document.count_text(bytes.latin1.size());
    own = std::make_shared<const std::string>(bytes.latin1);
    content = *own;
  } else {
    return false;
  }
  TensorData data;
  data.type = &element_type(element.dtype);
  const std::optional<DimVector> sizes = sizes_of(shape, content.size(), data.type->size);
  if (!sizes) return false;
  data.sizes = *sizes;
  data.strides = npy::strides_of(data.sizes, fortran_order);
  data.storage = document.storages.size();
  StorageData storage;
  storage.key = "of an array of NumPy";
  storage.type = data.type;
  storage.bytes = content;
  storage.keep = std::move(own);
  storage.count = storage.bytes.size() / data.type->size;
  storage.swapped = element.swapped;
  storage.found = true;
  document.storages.push_back(std::move(storage));
  node.kind = Kind::Tensor;
  node.index = document.tensors.size();
  document.tensors.push_back(std::move(data));
  return true;
}

bool become_array(Document& document, Node& node, const Node& state) {
  if (state.kind != Kind::Tuple || state.items.size() != 5) return false;
  const std::vector<Node*>& s = state.items;
  return become_array(document, node, *s[2], *s[1], is_truth(*s[3]), *s[4]);
}

Node* numpy_number(const Node& type, const Node& bytes, const MakeNode& make) {
  const NumpyType element = numpy_type(type);
  if (bytes.kind != Kind::Bytes || element.dtype == ScalarType::Undefined ||
      is_complex(element.dtype) || bytes.text.size() != element_size(element.dtype))
    return nullptr;
  if (element.dtype == kBool && !are_bools(bytes.text)) return nullptr;
  const Tensor number =
      bytes_as_tensor(bytes.text, {}, {}, element.dtype, nullptr, element.swapped);
  Node* node = make(Kind::Double);
  if (is_floating_point(element.dtype)) {
    node->real = number.item<double>();
  } else if (element.dtype == kBool) {
    node->kind = Kind::Bool;
    node->truth = number.item<bool>();
  } else {
    node->kind = Kind::Int;
    node->integer = number.item<int64_t>();
  }
  return node;
}

}  // namespace hearth::pickle
