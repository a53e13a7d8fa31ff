// SPDX-License-Identifier: Apache-2.0
// Archives as files of Python's torch.save.
//
// Everything stands in one dict by its path, which for a module is its state_dict. Only optimizers
// differ: where ours have "param_groups.0.options.lr" and a count of parameters, Python's have a
// list of groups with the options beside the indices of the parameters, and numbers as keys of the
// state.
#include <charconv>
#include <set>

#include "hearth/ops/creation.h"

#include "io/archive_items.h"
#include "io/torch_writer.h"
#include "tensor/tensor_impl.h"

namespace hearth::serialize {

namespace {

constexpr std::string_view kGroups = "param_groups.", kCount = "param_group_count",
                           kOptions = "options.", kParams = "params", kState = "state.";
constexpr int64_t kMostGroups = int64_t{1} << 31;  // or parameters

/// The number that `text` begins with, up to a dot or the end; none if there is no such.
std::optional<int64_t> leading_number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > kMostGroups) return std::nullopt;
  if (end != text.data() + text.size() && *end != '.') return std::nullopt;
  return number;
}
std::string_view after_number(std::string_view text) {
  const size_t dot = text.find('.');
  return dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
}

class TorchArchive {
 public:
  TorchArchive(Sink& sink, const Items& items) : out_(sink), items_(items) {
    for (const std::string& path : items.below("")) {
      Tensor t;
      if (items.find(path, t)) tensors_.emplace(path, std::move(t));
    }
    for (const auto& [path, t] : tensors_) ++users_[impl(t).storage];
  }

  void write() {
    if (items_.alone) {
      tensor(tensors_.begin()->second);
    } else if (is_list()) {
      out_.begin_list();
      for (size_t i = 0; i < tensors_.size(); ++i) tensor(tensors_.at(std::to_string(i)));
      out_.end_list();
    } else if (items_.values.count(std::string(kCount))) {
      optimizer("");
    } else {
      dict();
    }
    out_.finish();
  }

 private:
  /// What archive_of made of tensors.
  bool is_list() const {
    if (!items_.values.empty() || !items_.versions.empty() || tensors_.empty()) return false;
    for (size_t i = 0; i < tensors_.size(); ++i)
      if (!tensors_.count(std::to_string(i))) return false;
    return true;
  }
  /// Views take no more room than they show, unless the rest of their storage is saved as well.
  void tensor(const Tensor& t) {
    const TensorImpl& of = impl(t);
    const bool part = static_cast<size_t>(of.numel) * element_size(of.dtype) < of.storage->nbytes;
    out_.tensor(part && users_.at(of.storage) == 1 ? t.detach().clone() : t);
  }
  void value(const Value& v) {
    switch (v.kind()) {
      case Value::Kind::None:
        return out_.none();
      case Value::Kind::Bool:
        return out_.boolean(v.toBool());
      case Value::Kind::Int:
        return out_.integer(v.toInt());
      case Value::Kind::Double:
        return out_.real(v.toDouble());
      case Value::Kind::String:
        return out_.string(v.toStringRef());
    }
  }

  void dict() {
    // Optimizers within: their places are written apart from what is flat.
    std::set<std::string> optimizers;
    for (const auto& [path, v] : items_.values)
      if (path.ends_with(cat_str(".", kCount)))
        optimizers.insert(path.substr(0, path.size() - kCount.size()));
    const auto within = [&](const std::string& path) {
      for (const std::string& prefix : optimizers)
        if (path.starts_with(prefix)) return true;
      return false;
    };
    out_.begin_dict(/*ordered=*/true);
    for (const auto& [path, t] : tensors_) {
      if (within(path)) continue;
      out_.string(path);
      tensor(t);
    }
    for (const auto& [path, v] : items_.values) {
      if (within(path)) continue;
      out_.string(path);
      value(v);
    }
    for (const std::string& prefix : optimizers) {
      out_.string(prefix.substr(0, prefix.size() - 1));
      optimizer(prefix);
    }
    out_.end_dict();
    out_.versions(items_.versions);
  }

  /// The values and tensors below a path, one level: a dict, or, of numbers alone, a tuple.
  void level(const std::string& prefix) {
    const std::set<std::string> names = names_below(prefix);
    bool tuple = !names.empty();
    for (size_t i = 0; i < names.size(); ++i) tuple = tuple && names.count(std::to_string(i));
    if (tuple) {
      out_.begin_tuple();
      for (size_t i = 0; i < names.size(); ++i) member(prefix + std::to_string(i));
      return out_.end_tuple();
    }
    out_.begin_dict();
    members(prefix, names);
    out_.end_dict();
  }
  void members(const std::string& prefix, const std::set<std::string>& names) {
    for (const std::string& name : names) {
      out_.string(name);
      // As Python's optimizers count.
      const auto step = items_.values.find(prefix + name);
      if (name == "step" && step != items_.values.end() &&
          step->second.kind() == Value::Kind::Int) {
        tensor(full({}, static_cast<double>(step->second.toInt()), TensorOptions(kFloat)));
        continue;
      }
      member(prefix + name);
    }
  }
  void member(const std::string& path) {
    const auto t = tensors_.find(path);
    if (t != tensors_.end()) return tensor(t->second);
    const auto v = items_.values.find(path);
    if (v != items_.values.end()) return value(v->second);
    level(path + ".");
  }
  std::set<std::string> names_below(const std::string& prefix) const {
    std::set<std::string> names;
    for (const std::string& path : items_.below(prefix)) {
      const std::string rest = path.substr(prefix.size());
      names.insert(rest.substr(0, rest.find('.')));
    }
    return names;
  }

  int64_t count_at(const std::string& path) const {
    const auto found = items_.values.find(path);
    HEARTH_CHECK_AS(ValueError,
                    found != items_.values.end() && found->second.kind() == Value::Kind::Int,
                    "[save] '", kCount, "' is a key of optimizers, which also have a number '",
                    path, "'; name it otherwise in a .pt file");
    return found->second.toInt();
  }
  void optimizer(const std::string& prefix) {
    out_.begin_dict();
    out_.string("state");
    out_.begin_dict();
    std::set<int64_t> places;
    for (const std::string& name : names_below(cat_str(prefix, kState)))
      if (const auto place = leading_number(name)) places.insert(*place);
    for (const int64_t place : places) {
      const std::string at = cat_str(prefix, kState, place, ".");
      out_.integer(place);
      out_.begin_dict();
      members(at, names_below(at));
      out_.end_dict();
    }
    out_.end_dict();

    out_.string("param_groups");
    out_.begin_list();
    const int64_t count = count_at(cat_str(prefix, kCount));
    int64_t first = 0;
    for (int64_t g = 0; g < count; ++g) {
      const std::string at = cat_str(prefix, kGroups, g, "."), options = cat_str(at, kOptions);
      out_.begin_dict();
      members(options, names_below(options));
      if (const auto lr = items_.values.find(at + "initial_lr"); lr != items_.values.end()) {
        out_.string("initial_lr");
        value(lr->second);
      }
      out_.string(kParams);
      out_.begin_list();
      const int64_t size = count_at(cat_str(at, kParams));
      for (int64_t i = 0; i < size; ++i) out_.integer(first + i);
      first += size;
      out_.end_list();
      out_.end_dict();
    }
    out_.end_list();
    out_.end_dict();
  }

  pickle::TorchWriter out_;
  const Items& items_;
  std::map<std::string, Tensor> tensors_;
  std::map<const void*, size_t> users_;
};

std::optional<Value> plain_value(const pickle::Value& v) {
  using Kind = pickle::Value::Kind;
  switch (v.kind()) {
    case Kind::None:
      return Value();
    case Kind::Bool:
      return Value(v.toBool());
    case Kind::Double:
      return Value(v.toDouble());
    case Kind::String:
      return Value(v.toStringRef());
    case Kind::Int:
      // Larger ones (a seed) are of no use as a number here, and must not hide the rest.
      return v.is_int64() ? std::optional(Value(v.toInt())) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool is_torch_name(const std::string& filename) {
  return filename.ends_with(".pt") || filename.ends_with(".pth");
}

void write_torch(Sink& sink, const Items& items) { TorchArchive(sink, items).write(); }

void read_torch_values(Items& items, const pickle::Value& root) {
  std::map<std::string, int64_t> group_counts, param_counts;
  for (const auto& [path, v] : pickle::named_values(root)) {
    const bool tensor = v.kind() == pickle::Value::Kind::Tensor;
    const size_t at = path.starts_with(kGroups) ? 0 : path.find(cat_str(".", kGroups));
    const size_t begin = at == 0 ? 0 : at + 1;
    const std::string_view rest =
        at == std::string::npos ? "" : std::string_view(path).substr(begin + kGroups.size());
    const std::optional<int64_t> group = leading_number(rest);
    if (!group) {
      if (tensor) continue;
      if (auto plain = plain_value(v)) items.values.emplace(path, *plain);
      continue;
    }
    const std::string prefix = path.substr(0, begin);
    const std::string in_group = cat_str(prefix, kGroups, *group, ".");
    const std::string_view name = after_number(rest);
    int64_t& groups = group_counts[prefix];
    groups = std::max(groups, *group + 1);
    int64_t& params = param_counts[cat_str(in_group, kParams)];
    if (name.starts_with("params.")) {
      ++params;
    } else if (tensor) {
      items.tensors.emplace(cat_str(in_group, kOptions, name), v.toTensor());
    } else if (auto plain = plain_value(v)) {
      const bool outside = name == "initial_lr";
      items.values.emplace(cat_str(in_group, outside ? std::string_view() : kOptions, name),
                           *plain);
    }
  }
  for (const auto& [prefix, count] : group_counts)
    items.values.emplace(cat_str(prefix, kCount), count);
  for (const auto& [path, count] : param_counts) items.values.emplace(path, count);
}

}  // namespace hearth::serialize
