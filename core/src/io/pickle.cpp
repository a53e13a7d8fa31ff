// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/pickle.h"

#include <unordered_map>
#include <unordered_set>

#include "io/bytes_as_tensor.h"
#include "io/pickle_document.h"
#include "io/pickle_types.h"

namespace hearth::pickle {

namespace {

std::string_view kind_name(Value::Kind kind) {
  constexpr std::string_view kNames[] = {"None", "bool",  "int", "float", "str",    "bytes",
                                         "list", "tuple", "set", "dict",  "tensor", "object"};
  return kNames[static_cast<size_t>(kind)];
}

bool is_integer(const Node& node) { return node.kind == Value::Kind::Int && node.text.empty(); }

/// As a key stands in a path; none for what names nothing.
std::optional<std::string> path_part(const Node& key) {
  if (key.kind == Value::Kind::String) return key.text;
  if (is_integer(key)) return std::to_string(key.integer);
  return std::nullopt;
}

/// The bytes of a storage as a tensor of its own memory, which the file's tensors are views of.
Tensor block_of(const Document& document, size_t index) {
  const std::lock_guard lock(document.blocks_mutex);
  if (document.blocks.size() < document.storages.size())
    document.blocks.resize(document.storages.size());
  Tensor& block = document.blocks[index];
  if (block.defined()) return block;
  const StorageData& storage = document.storages[index];
  if (!storage.found) document.bad(cat_str("the bytes of storage '", storage.key, "' are missing"));
  const std::string_view bytes = storage.bytes;
  const uint64_t item = storage.type ? storage.type->size : 1;
  if (storage.type && storage.type->dtype == kBool && !are_bools(bytes))
    document.bad(cat_str("storage '", storage.key, "' of type bool has bytes other than 0 and 1"));
  const auto size = static_cast<int64_t>(bytes.size());
  // Of bytes, for tensors of any type: aligned for all of these, and turned here.
  constexpr size_t kAlign = 16;
  const bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % kAlign == 0;
  const bool turned = storage.swapped && item > 1;
  block = bytes_as_tensor(bytes, {size}, {1}, kByte, aligned && !turned ? storage.keep : nullptr);
  if (turned) {
    const ScalarType dtype = storage.type->dtype;
    swap_words(raw_data(block), bytes.size(),
               dtype == ScalarType::Undefined ? item : word_size(dtype));
  }
  return block;
}

}  // namespace

Tensor make_tensor(const Document& document, const TensorData& data) {
  if (data.type->dtype == ScalarType::Undefined)
    document.bad(cat_str("a tensor of ", data.sizes.ref(), " is of type ", data.type->name,
                         ", which Hearth does not have"));
  const StorageData& storage = document.storages[data.storage];
  if (storage.swapped && !storage.type && data.type->size > 1)
    document.bad("the file is big-endian and does not say of which type its bytes are");
  Tensor made = alias_tensor(block_of(document, data.storage), data.sizes, data.strides,
                             data.offset, data.type->dtype);
  if (data.conj) made = made.conj_physical();
  if (data.neg) made = made.neg();
  return data.requires_grad ? made.requires_grad_() : made;
}

Value::Kind Value::kind() const { return node_ ? node_->kind : Kind::None; }

const Node& Value::expect(Kind kind, std::string_view wanted) const {
  const Kind is = this->kind();
  HEARTH_CHECK_AS(FormatError, is == kind, "[", document_ ? document_->source : "pickle",
                  "] expected ", wanted, ", got ", kind_name(is),
                  node_ ? cat_str(": ", repr()) : std::string());
  return *node_;
}

bool Value::is_int64() const { return node_ && is_integer(*node_); }
bool Value::toBool() const { return expect(Kind::Bool, "a bool").truth; }
int64_t Value::toInt() const {
  const Node& node = expect(Kind::Int, "an int");
  HEARTH_CHECK_AS(FormatError, node.text.empty(), "[", document_->source, "] the integer ",
                  node.text, " is beyond int64");
  return node.integer;
}
double Value::toDouble() const {
  if (kind() == Kind::Int) return static_cast<double>(toInt());
  return expect(Kind::Double, "a float").real;
}
const std::string& Value::toStringRef() const {
  if (kind() == Kind::Bytes) return node_->text;
  return expect(Kind::String, "a str").text;
}
Tensor Value::toTensor() const {
  const Node& node = expect(Kind::Tensor, "a tensor");
  return make_tensor(*document_, document_->tensors[node.index]);
}
ScalarType Value::dtype() const {
  return document_->tensors[expect(Kind::Tensor, "a tensor").index].type->dtype;
}
IntArrayRef Value::sizes() const {
  return document_->tensors[expect(Kind::Tensor, "a tensor").index].sizes.ref();
}
bool Value::requires_grad() const {
  return document_->tensors[expect(Kind::Tensor, "a tensor").index].requires_grad;
}

std::vector<Value> Value::elements() const {
  const Kind k = kind();
  if (k != Kind::Tuple && k != Kind::Set && k != Kind::Object) expect(Kind::List, "a list");
  std::vector<Value> all;
  for (const Node* item : node_->items) all.emplace_back(document_, item);
  return all;
}
std::vector<std::pair<Value, Value>> Value::items() const {
  const Node* from = node_;
  if (kind() == Kind::Object) {
    from = node_->state && node_->state->kind == Kind::Dict ? node_->state : nullptr;
  } else {
    expect(Kind::Dict, "a dict");
  }
  std::vector<std::pair<Value, Value>> all;
  for (size_t i = 0; from && i + 1 < from->items.size(); i += 2)
    all.emplace_back(Value(document_, from->items[i]), Value(document_, from->items[i + 1]));
  return all;
}
size_t Value::size() const {
  switch (kind()) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::Set:
      return node_->items.size();
    default:
      return items().size();
  }
}
std::optional<Value> Value::attribute(std::string_view name) const {
  const Node* state = expect(Kind::Dict, "a dict").state;
  if (!state || state->kind != Kind::Dict) return std::nullopt;
  return Value(document_, state).find(name);
}
std::optional<Value> Value::find(std::string_view key) const {
  const auto all = items();
  // As in Python, the last of several wins.
  for (auto it = all.rbegin(); it != all.rend(); ++it)
    if (path_part(*it->first.node_) == key) return it->second;
  return std::nullopt;
}
Value Value::at(std::string_view key) const {
  if (std::optional<Value> found = find(key)) return *found;
  std::string keys;
  for (const auto& [k, v] : items()) {
    if (!keys.empty()) keys += ", ";
    if (keys.size() > 200) {
      keys += "...";
      break;
    }
    keys += k.repr(40);
  }
  throw FormatError(
      cat_str("[", document_->source, "] has no key '", key, "'; its keys are: ", keys));
}
const std::string& Value::type_name() const { return expect(Kind::Object, "an object").text; }

// ---- printing

namespace {

class Printer {
 public:
  Printer(const Document* document, size_t most) : document_(document), most_(most) {}

  std::string print(const Node* node) {
    add(node, 0);
    if (text_.size() > most_) {
      text_.resize(most_);
      text_ += "...";
    }
    return std::move(text_);
  }

 private:
  void list(const std::vector<Node*>& items, char open, char close, int depth) {
    text_ += open;
    for (size_t i = 0; i < items.size() && text_.size() <= most_; ++i) {
      if (i > 0) text_ += ", ";
      add(items[i], depth + 1);
    }
    text_ += close;
  }
  void add(const Node* node, int depth) {
    using Kind = Value::Kind;
    constexpr int kMostDepth = 8;
    if (text_.size() > most_ || depth > kMostDepth) {
      text_ += "...";
      return;
    }
    switch (node ? node->kind : Kind::None) {
      case Kind::None:
        text_ += "None";
        return;
      case Kind::Bool:
        text_ += node->truth ? "True" : "False";
        return;
      case Kind::Int:
        text_ += node->text.empty() ? std::to_string(node->integer) : node->text;
        return;
      case Kind::Double:
        detail::append(text_, node->real);
        return;
      case Kind::String:
        text_ += cat_str("'", node->text, "'");
        return;
      case Kind::Bytes:
        text_ += cat_str("bytes of ", node->text.size());
        return;
      case Kind::List:
        return list(node->items, '[', ']', depth);
      case Kind::Tuple:
        return list(node->items, '(', ')', depth);
      case Kind::Set:
        return list(node->items, '{', '}', depth);
      case Kind::Dict:
        text_ += '{';
        for (size_t i = 0; i + 1 < node->items.size() && text_.size() <= most_; i += 2) {
          if (i > 0) text_ += ", ";
          add(node->items[i], depth + 1);
          text_ += ": ";
          add(node->items[i + 1], depth + 1);
        }
        text_ += '}';
        return;
      case Kind::Tensor: {
        const TensorData& t = document_->tensors[node->index];
        text_ += cat_str("tensor ", t.type->name, " ", t.sizes.ref());
        return;
      }
      case Kind::Object:
        text_ += node->text;
        if (node->form == Node::Form::Value) list(node->items, '(', ')', depth);
        return;
    }
  }

  const Document* document_;
  size_t most_;
  std::string text_;
};

// ---- the parts of a value

class Collector {
 public:
  Collector(const std::shared_ptr<const Document>& document) : document_(document) {}

  std::vector<std::pair<std::string, Value>> collect(const Node* root) {
    if (root) visit(*root, "", 0);
    return std::move(found_);
  }

 private:
  /// Whether attributes are a module's, whose parts stand under names that paths leave out.
  static bool is_module(const Node& state) {
    for (size_t i = 0; i + 1 < state.items.size(); i += 2)
      if (state.items[i]->text == "_parameters" || state.items[i]->text == "_modules") return true;
    return false;
  }
  static std::string join(const std::string& path, const std::string& part) {
    return path.empty() ? part : cat_str(path, ".", part);
  }
  std::string unique(const std::string& path) {
    size_t n = ++uses_[path];
    if (n == 1) return path;
    std::string name = cat_str(path, "#", n);
    while (++uses_[name] > 1) name = cat_str(path, "#", ++n);
    uses_[path] = n;
    return name;
  }
  void pairs(const Node& dict, const std::string& path, int depth) {
    for (size_t i = 0; i + 1 < dict.items.size(); i += 2)
      if (const auto part = path_part(*dict.items[i]))
        visit(*dict.items[i + 1], join(path, *part), depth + 1);
  }
  void module(const Node& state, const std::string& path, int depth) {
    std::unordered_set<std::string_view> transient;
    for (size_t i = 0; i + 1 < state.items.size(); i += 2)
      if (state.items[i]->text == "_non_persistent_buffers_set")
        for (const Node* name : state.items[i + 1]->items) transient.insert(name->text);
    for (std::string_view group : {"_parameters", "_buffers", "_modules"}) {
      for (size_t i = 0; i + 1 < state.items.size(); i += 2) {
        if (state.items[i]->text != group) continue;
        const Node& members = *state.items[i + 1];
        for (size_t m = 0; m + 1 < members.items.size(); m += 2) {
          const std::string& name = members.items[m]->text;
          if (group == "_buffers" && transient.count(name)) continue;
          visit(*members.items[m + 1], join(path, name), depth + 1);
        }
      }
    }
  }
  void visit(const Node& node, const std::string& path, int depth) {
    using Kind = Value::Kind;
    constexpr int kMostDepth = 100;
    // Parts may be shared any number of times over, and lead in circles.
    if (depth > kMostDepth) document_->bad("the pickle nests its values too deep");
    if (++visits_ > 4 * document_->nodes.size() + 1000)
      document_->bad("the pickle repeats its values too often");
    // As may a key of a megabyte.
    constexpr size_t kMeanPath = 256, kFreePaths = size_t{16} << 20;
    path_bytes_ += path.size();
    if (path_bytes_ > kFreePaths + kMeanPath * document_->nodes.size())
      document_->bad("the pickle has keys that are too long");
    switch (node.kind) {
      case Kind::None:
      case Kind::Bool:
      case Kind::Int:
      case Kind::Double:
      case Kind::String:
      case Kind::Bytes:
      case Kind::Tensor:
        found_.emplace_back(unique(path.empty() ? "0" : path), Value(document_, &node));
        return;
      case Kind::Set:
        return;
      case Kind::List:
      case Kind::Tuple:
        for (size_t i = 0; i < node.items.size(); ++i)
          visit(*node.items[i], join(path, std::to_string(i)), depth + 1);
        return;
      case Kind::Dict:
        return pairs(node, path, depth);
      case Kind::Object:
        for (size_t i = 0; i < node.items.size(); ++i)
          visit(*node.items[i], join(path, std::to_string(i)), depth + 1);
        if (!node.state) return;
        if (node.state->kind != Kind::Dict) return visit(*node.state, path, depth + 1);
        if (is_module(*node.state)) return module(*node.state, path, depth);
        return pairs(*node.state, path, depth);
    }
  }

  std::shared_ptr<const Document> document_;
  std::vector<std::pair<std::string, Value>> found_;
  std::unordered_map<std::string, size_t> uses_;  ///< of a path
  size_t visits_ = 0, path_bytes_ = 0;
};

}  // namespace

std::string Value::repr(size_t most) const { return Printer(document_.get(), most).print(node_); }

std::vector<std::pair<std::string, Value>> named_values(const Value& value) {
  if (!value.document()) return {};
  return Collector(value.document()).collect(value.node());
}
std::vector<std::pair<std::string, Value>> named_tensors(const Value& value) {
  std::vector<std::pair<std::string, Value>> named = named_values(value);
  std::erase_if(named, [](const auto& n) { return n.second.kind() != Value::Kind::Tensor; });
  return named;
}

}  // namespace hearth::pickle
