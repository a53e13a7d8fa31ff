// SPDX-License-Identifier: Apache-2.0
#include "io/pickle_rebuild.h"

#include <algorithm>

#include "io/latin1.h"
#include "io/pickle_numpy.h"
#include "io/pickle_types.h"

namespace hearth::pickle {

namespace {

using Kind = Value::Kind;

/// Python nests _rebuild_from_type_v2 once.
constexpr int kMostNested = 4;
constexpr size_t kNowhere = SIZE_MAX;  // for an argument that is not there

class Rebuild {
 public:
  Rebuild(Document& document, const Node& callee, const std::vector<Node*>& arguments,
          const MakeNode& make)
      : document_(document), callee_(callee), arguments_(arguments), make_(make) {}

  Node* call(int depth) {
    switch (callee_.known) {
      case Known::OrderedDict:
        return dict();
      case Known::DefaultDict:
        return make_(Kind::Dict);
      case Known::Set:
        return collection(Kind::Set);
      case Known::Size:
        return collection(Kind::Tuple);
      case Known::Bytes:
      case Known::Encode:
        return encoded();
      case Known::Device:
      case Known::Layout:
        return device();
      case Known::Reconstructor:
        return object(argument(0).form == Node::Form::Global ? argument(0).text : callee_.text, {});
      case Known::RebuildTensor:
      case Known::RebuildTensorV2:
        return tensor(nullptr, 4, 6);
      case Known::RebuildTensorV3:
        return tensor(dtype(argument(6)), 4, 7);
      case Known::RebuildQuantized:
        return tensor(nullptr, kNowhere, kNowhere);
      case Known::RebuildParameter:
        return parameter();
      case Known::RebuildFromType:
        return from_type(depth);
      case Known::NumpyScalar:
        return numpy_scalar();
      case Known::NumpyArray:
        return numpy_array();
      case Known::NumpyFromBuffer:
        return numpy_from_buffer();
      case Known::Unknown:
      case Known::Object:
      case Known::Dtype:
      case Known::StorageClass:
      case Known::RebuildSparse:
      case Known::NumpyDtype:
        break;
    }
    return object(callee_.text, arguments_);
  }

 private:
  [[noreturn]] void bad(std::string_view what) const {
    document_.bad(cat_str("the pickle calls ", callee_.text, " with ", what));
  }
  const Node& argument(size_t i) const {
    if (i >= arguments_.size()) bad("too few arguments");
    return *arguments_[i];
  }
  int64_t integer(const Node& node) const {
    if (node.kind == Kind::Bool) return node.truth;
    if (node.kind != Kind::Int || !node.text.empty()) bad("what is no integer");
    return node.integer;
  }
  DimVector integers(const Node& node) const {
    if (node.kind != Kind::Tuple && node.kind != Kind::List) bad("what is no tuple of integers");
    if (node.items.size() > kMaxRank) bad("too many dims");
    DimVector numbers;
    for (const Node* item : node.items) {
      numbers.push_back(integer(*item));
      if (numbers[numbers.size() - 1] < 0) bad("a negative size or stride");
    }
    return numbers;
  }

  const std::vector<Node*>& copied(const std::vector<Node*>& items) const {
    document_.count_items(items.size());
    return items;
  }
  Node* object(const std::string& name, const std::vector<Node*>& arguments) {
    Node* node = make_(Kind::Object);
    node->text = name;
    node->items = copied(arguments);
    return node;
  }
  Node* dict() {
    Node* node = make_(Kind::Dict);
    if (arguments_.empty()) return node;
    const Node& from = argument(0);
    if (from.kind == Kind::Dict) {
      node->items = copied(from.items);
    } else if (from.kind == Kind::List || from.kind == Kind::Tuple) {
      document_.count_items(2 * from.items.size());
      for (const Node* pair : from.items) {
        if ((pair->kind != Kind::List && pair->kind != Kind::Tuple) || pair->items.size() != 2)
          bad("what is no list of pairs");
        node->items.insert(node->items.end(), pair->items.begin(), pair->items.end());
      }
    } else {
      bad("what is no list of pairs");
    }
    return node;
  }
  Node* collection(Kind kind) {
    Node* node = make_(kind);
    if (!arguments_.empty()) node->items = copied(argument(0).items);
    return node;
  }
  /// bytes(), bytearray(text, "latin-1"), bytearray(bytes) and encode(text, "latin1"), as Python
  /// writes bytes in protocol 2.
  Node* encoded() {
    Node* node = make_(Kind::Bytes);
    if (arguments_.empty()) return node;
    const Node& from = argument(0);
    document_.count_text(from.text.size());
    if (from.kind == Kind::Bytes) {
      node->text = from.text;
      return node;
    }
    if (from.kind != Kind::String) bad("what is no text");
    std::optional<std::string> bytes = to_latin1(from.text);
    if (!bytes) bad("text beyond latin-1");
    node->text = std::move(*bytes);
    return node;
  }
  Node* device() {
    Node* node = make_(Kind::String);
    document_.count_text(argument(0).text.size());
    node->text = argument(0).text;
    if (arguments_.size() > 1 && argument(1).kind == Kind::Int)
      node->text += cat_str(":", argument(1).integer);
    return node;
  }
  const ElementType* dtype(const Node& node) const {
    if (node.form != Node::Form::Global || node.known != Known::Dtype) bad("what is no dtype");
    return node.type;
  }

  static bool is_true(const Node& node) { return node.kind == Kind::Bool && node.truth; }
  /// What a dict says of a key, false without one.
  static bool is_set(const Node& dict, std::string_view key) {
    for (size_t i = 0; dict.kind == Kind::Dict && i + 1 < dict.items.size(); i += 2)
      if (dict.items[i]->text == key) return is_true(*dict.items[i + 1]);
    return false;
  }

  /// (storage, offset, size, stride, ...), of the storage's type unless one is given, and where the
  /// arguments for requires_grad and for what is to be done to the elements stand.
  Node* tensor(const ElementType* type, size_t requires_grad, size_t metadata) {
    const Node& from = argument(0);
    if (from.form != Node::Form::Storage) bad("what is no storage");
    const StorageData& storage = document_.storages[from.index];
    TensorData data;
    data.storage = from.index;
    data.type = type ? type : storage.type;
    if (!data.type) bad("a storage without a type");
    data.offset = integer(argument(1));
    data.sizes = integers(argument(2));
    data.strides = integers(argument(3));
    if (requires_grad < arguments_.size()) data.requires_grad = is_true(argument(requires_grad));
    if (metadata < arguments_.size()) {
      data.conj = is_set(argument(metadata), "conj");
      data.neg = is_set(argument(metadata), "neg");
    }
    if (data.sizes.size() != data.strides.size()) bad("sizes and strides that do not fit");
    if (data.offset < 0) bad("a negative offset");
    const uint64_t item = storage.type ? storage.type->size : 1;
    const auto room = static_cast<int64_t>(storage.count * item / data.type->size);
    const int64_t extent = checked_extent(data.sizes, data.strides, callee_.text);
    if (data.offset > room || extent > room - data.offset)
      bad(cat_str("a tensor of ", data.sizes.ref(), " that reaches past its storage of ", room,
                  " elements"));
    Node* node = make_(Kind::Tensor);
    node->index = document_.tensors.size();
    document_.tensors.push_back(std::move(data));
    return node;
  }
  Node* parameter() {
    const Node& from = argument(0);
    if (from.kind != Kind::Tensor) return object(callee_.text, arguments_);
    TensorData data = document_.tensors[from.index];
    data.requires_grad =
        arguments_.size() < 2 || argument(1).kind != Kind::Bool || argument(1).truth;
    Node* node = make_(Kind::Tensor);
    node->index = document_.tensors.size();
    document_.tensors.push_back(std::move(data));
    return node;
  }
  /// (function, type, arguments, state): a subclass of Tensor, or one with attributes.
  Node* from_type(int depth) {
    if (depth >= kMostNested) bad("itself too often");
    const Node &function = argument(0), &arguments = argument(2);
    if (arguments.kind != Kind::Tuple) bad("what is no tuple");
    return Rebuild(document_, function, arguments.items, make_).call(depth + 1);
  }
  /// (dtype, bytes).
  Node* numpy_scalar() {
    Node* node = numpy_number(argument(0), argument(1), make_);
    return node ? node : object(callee_.text, arguments_);
  }
  /// (class, shape, code): empty so far, what it holds comes as its state.
  Node* numpy_array() {
    Node* node = object("numpy.ndarray", {});
    node->known = Known::NumpyArray;
    return node;
  }
  /// (bytes, dtype, shape, order).
  Node* numpy_from_buffer() {
    Node* node = object(callee_.text, arguments_);
    const bool fortran = arguments_.size() > 3 && argument(3).text == "F";
    if (become_array(document_, *node, argument(1), argument(2), fortran, argument(0)))
      node->items.clear();
    return node;
  }

  Document& document_;
  const Node& callee_;
  const std::vector<Node*>& arguments_;
  const MakeNode& make_;
};

}  // namespace

Node* rebuild(Document& document, Node* callee, const std::vector<Node*>& arguments,
              const MakeNode& make) {
  return Rebuild(document, *callee, arguments, make).call(0);
}

Node* storage_of(Document& document, const Node& id, const MakeNode& make) {
  const auto bad = [&](std::string_view what) {
    document.bad(cat_str("the pickle refers to a storage by ", what));
  };
  const auto field = [&](size_t i, Kind kind) -> Node& {
    if (i >= id.items.size() || id.items[i]->kind != kind) bad("what is no id of PyTorch");
    return *id.items[i];
  };
  // Of one key all must say the same, or a tensor would show more than the bytes there are.
  const auto index_of = [&](StorageData data) {
    const auto [known, fresh] = document.storage_of_key.emplace(data.key, document.storages.size());
    if (fresh) {
      document.storages.push_back(std::move(data));
      return known->second;
    }
    const StorageData& before = document.storages[known->second];
    if (before.type != data.type || before.count != data.count)
      bad(cat_str("the key '", data.key, "' twice, with different types or sizes"));
    return known->second;
  };
  if (id.kind != Kind::Tuple) bad("what is no id of PyTorch");
  const std::string& what = field(0, Kind::String).text;
  // ('module', class, file, source): the class is known by its name alone.
  if (what == "module") return &field(1, Kind::Object);
  if (what != "storage") bad(cat_str("the unknown word '", what, "'"));

  StorageData data;
  const Node& type = field(1, Kind::Object);
  if (type.known != Known::StorageClass) bad(cat_str("the unknown class ", type.text));
  data.type = type.type;
  data.key = field(2, Kind::String).text;
  field(3, Kind::String);  // the device it was on: all are read to the CPU
  const Node& count = field(4, Kind::Int);
  if (!count.text.empty() || count.integer < 0) bad("a count that cannot be");
  data.count = static_cast<uint64_t>(count.integer);
  const uint64_t item = data.type ? data.type->size : 1;
  if (data.count > static_cast<uint64_t>(INT64_MAX) / item) bad("a count that cannot be");
  if (id.items.size() > 5 && id.items[5]->kind == Kind::Tuple) {
    // (key, offset, count) of a part of the storage.
    const std::vector<Node*>& part = id.items[5]->items;
    if (part.size() != 3 || part[0]->kind != Kind::String || part[1]->kind != Kind::Int ||
        part[2]->kind != Kind::Int)
      bad("what is no part of another");
    const uint64_t begin = static_cast<uint64_t>(part[1]->integer),
                   size = static_cast<uint64_t>(part[2]->integer);
    if (begin > data.count || size > data.count - begin) bad("a part that it does not have");
    StorageData whole = data;
    data.part_of = std::exchange(data.key, part[0]->text);
    data.begin = begin;
    data.count = size;
    index_of(std::move(whole));
  }

  Node* node = make(Kind::Object);
  node->form = Node::Form::Storage;
  node->text = type.text;
  node->index = index_of(std::move(data));
  return node;
}

}  // namespace hearth::pickle
