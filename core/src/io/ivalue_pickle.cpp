// SPDX-License-Identifier: Apache-2.0
// Values of LibTorch's kind from and to files of torch.save.
#include <unordered_map>

#include "hearth/base/dict.h"
#include "hearth/base/list.h"
#include "hearth/io/pickle.h"
#include "hearth/io/serialize.h"

#include "io/pickle_document.h"
#include "io/sink.h"
#include "io/torch_writer.h"

namespace hearth {

namespace {

using Kind = pickle::Value::Kind;

constexpr int kMostDepth = 100;

class Reader {
 public:
  IValue read(const pickle::Value& value, int depth) {
    switch (value.kind()) {
      case Kind::None:
        return {};
      case Kind::Bool:
        return value.toBool();
      case Kind::Int:
        return value.toInt();
      case Kind::Double:
        return value.toDouble();
      case Kind::String:
      case Kind::Bytes:
        return value.toStringRef();
      case Kind::Tensor:
        return value.toTensor();
      case Kind::List:
      case Kind::Tuple:
      case Kind::Dict:
        return container(value, depth);
      case Kind::Set:
        throw bad(value, "a set");
      case Kind::Object:
        break;
    }
    throw bad(value, cat_str("an object of ", value.type_name()));
  }

 private:
  static FormatError bad(const pickle::Value& value, const std::string& what) {
    return FormatError(cat_str("[pickle_load] ", value.document()->source, " holds ", what,
                               ", which an IValue cannot; pickle::load() reads what is beside it"));
  }
  /// What is there twice is read once, and what is within itself never.
  IValue container(const pickle::Value& value, int depth) {
    if (depth > kMostDepth) throw bad(value, "values nested too deep");
    const auto [known, fresh] = read_.try_emplace(value.node());
    if (!fresh) {
      if (known->second.isNone()) throw bad(value, "a list or dict within itself");
      return known->second;
    }
    return read_[value.node()] = contents(value, depth);
  }
  IValue contents(const pickle::Value& value, int depth) {
    if (value.kind() == Kind::Dict) {
      Dict<IValue, IValue> dict;
      for (const auto& [key, item] : value.items())
        dict.insert_or_assign(read(key, depth + 1), read(item, depth + 1));
      return dict;
    }
    std::vector<IValue> items;
    for (const pickle::Value& item : value.elements()) items.push_back(read(item, depth + 1));
    if (value.kind() == Kind::Tuple) return ivalue::Tuple::create(std::move(items));
    return List<IValue>(ArrayRef<IValue>(items));
  }

  std::unordered_map<const pickle::Node*, IValue> read_;
};

void write(pickle::TorchWriter& out, const IValue& value, int depth) {
  HEARTH_CHECK_AS(ValueError, depth <= kMostDepth, "[pickle_save] values nested too deep");
  const auto write_all = [&](const auto& items) {
    for (const auto& item : items) write(out, item, depth + 1);
  };
  if (value.isNone()) return out.none();
  if (value.isBool()) return out.boolean(value.toBool());
  if (value.isInt()) return out.integer(value.toInt());
  if (value.isDouble()) return out.real(value.toDouble());
  if (value.isString()) return out.string(value.toStringRef());
  if (value.isTensor()) return out.tensor(value.toTensor());
  if (value.isGenericDict()) {
    out.begin_dict();
    for (const auto& entry : value.toGenericDict()) {
      write(out, entry.key(), depth + 1);
      write(out, entry.value(), depth + 1);
    }
    return out.end_dict();
  }
  if (value.isTuple()) {
    out.begin_tuple();
    write_all(value.toTuple()->elements());
    return out.end_tuple();
  }
  HEARTH_CHECK_AS(
      ValueError, value.isList(), "[pickle_save] cannot write a ", value.tagKind(),
      "; expected None, a bool, a number, text, a tensor, or lists, tuples or dicts of these");
  out.begin_list();
  write_all(value.toList());
  out.end_list();
}

}  // namespace

IValue pickle_load(const std::vector<char>& data) {
  return Reader().read(pickle::load(data.data(), data.size(), "the data"), 0);
}

std::vector<char> pickle_save(const IValue& value) {
  BufferSink sink;
  pickle::TorchWriter out(sink);
  write(out, value, 0);
  out.finish();
  return std::move(sink.bytes);
}

}  // namespace hearth
