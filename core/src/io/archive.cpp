// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/archive.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <istream>
#include <map>
#include <ostream>

#include <nlohmann/json.hpp>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/args.h"
#include "hearth/io/safetensors.h"
#include "hearth/io/serialize.h"

#include "io/archive_items.h"
#include "io/json_problem.h"
#include "io/safetensors_format.h"

namespace hearth::serialize {

// ---- values

namespace {

[[noreturn]] void wrong_kind(std::string_view wanted) {
  throw FormatError(cat_str("[archive] expected a value of kind ", wanted, ", got another"));
}

}  // namespace

bool Value::toBool() const {
  if (const bool* v = std::get_if<bool>(&value_)) return *v;
  wrong_kind("bool");
}
int64_t Value::toInt() const {
  if (const int64_t* v = std::get_if<int64_t>(&value_)) return *v;
  wrong_kind("integer");
}
double Value::toDouble() const {
  if (const double* v = std::get_if<double>(&value_)) return *v;
  if (const int64_t* v = std::get_if<int64_t>(&value_)) return static_cast<double>(*v);
  wrong_kind("double");
}
const std::string& Value::toStringRef() const {
  if (const std::string* v = std::get_if<std::string>(&value_)) return *v;
  wrong_kind("string");
}

// ---- the tree

namespace {

constexpr const char* kValuesKey = "hearth.values";
constexpr const char* kVersionsKey = "hearth.versions";

/// JSON of one value; doubles JSON has no word for are strings under a key.
nlohmann::json to_json(const Value& v) {
  switch (v.kind()) {
    case Value::Kind::None:
      return nullptr;
    case Value::Kind::Bool:
      return v.toBool();
    case Value::Kind::Int:
      return v.toInt();
    case Value::Kind::String:
      return v.toStringRef();
    case Value::Kind::Double:
      break;
  }
  const double d = v.toDouble();
  if (std::isfinite(d)) return d;
  return {{"double", std::isnan(d) ? "nan" : d > 0 ? "inf" : "-inf"}};
}

Value from_json(const nlohmann::json& j, const std::string& key, const std::string& source) {
  if (j.is_null()) return {};
  if (j.is_boolean()) return j.get<bool>();
  if (j.is_number_unsigned() && j.get<uint64_t>() > INT64_MAX)
    throw FormatError(cat_str("[", source, "] an integer beyond int64 in ", key));
  if (j.is_number_integer()) return j.get<int64_t>();
  if (j.is_number_float()) return j.get<double>();
  if (j.is_string()) return j.get<std::string>();
  if (j.is_object() && j.size() == 1 && j.contains("double") && j["double"].is_string()) {
    const auto& word = j["double"].get_ref<const std::string&>();
    if (word == "nan") return std::nan("");
    if (word == "inf") return HUGE_VAL;
    if (word == "-inf") return -HUGE_VAL;
  }
  throw FormatError(cat_str("[", source, "] expected plain values in ", key));
}

std::map<std::string, Value> parse_values(const std::string& key, const std::string& text,
                                          const std::string& source) {
  std::map<std::string, Value> values;
  // Depth is bounded and repeated keys are refused while parsing, before anything is built.
  std::map<std::string, int> seen;
  const auto check = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if ((event == Event::object_start && depth > 1) || event == Event::array_start)
      throw FormatError(cat_str("[", source, "] expected plain values in ", key));
    if (event == Event::key && depth == 1 && seen[parsed.get<std::string>()]++)
      throw FormatError(cat_str("[", source, "] ", key, " has a key twice"));
    return true;
  };
  try {
    const nlohmann::json all = nlohmann::json::parse(text, check);
    if (!all.is_object()) throw FormatError(cat_str("[", source, "] expected an object in ", key));
    for (const auto& [path, value] : all.items())
      values.emplace(path, from_json(value, key, source));
  } catch (const nlohmann::json::exception& e) {
    throw FormatError(cat_str("[", source, "] ", key, " is broken: ", json_problem(e)));
  }
  return values;
}

safetensors::NamedTensors named_tensors(const Items& items) {
  safetensors::NamedTensors tensors;
  for (const std::string& path : items.below("")) {
    Tensor t;
    if (items.find(path, t)) tensors.emplace_back(path, t);
  }
  return tensors;
}

safetensors::Metadata metadata_of(const Items& items) {
  // Python libraries ask for the format key.
  safetensors::Metadata metadata = {{"format", "pt"}};
  nlohmann::json values = nlohmann::json::object(), versions = nlohmann::json::object();
  for (const auto& [path, value] : items.values) values[path] = to_json(value);
  // What no class has changed yet goes without saying.
  for (const auto& [path, version] : items.versions)
    if (version != 1) versions[path] = version;
  try {
    if (!values.empty()) metadata[kValuesKey] = values.dump();
    if (!versions.empty()) metadata[kVersionsKey] = versions.dump();
  } catch (const nlohmann::json::exception&) {
    throw ValueError("[archive] keys and strings must be valid UTF-8");
  }
  return metadata;
}

std::shared_ptr<const Items> open(TensorFile file) {
  auto items = std::make_shared<Items>();
  items->source = file.source();
  const std::map<std::string, std::string> metadata = file.metadata();
  if (const auto found = metadata.find(kValuesKey); found != metadata.end())
    items->values = parse_values(kValuesKey, found->second, items->source);
  if (const auto found = metadata.find(kVersionsKey); found != metadata.end())
    for (const auto& [path, version] : parse_values(kVersionsKey, found->second, items->source))
      items->versions.emplace(path, version.toInt());
  for (const auto& [path, value] : items->values)
    HEARTH_CHECK_AS(FormatError, !file.contains(path), "[", items->source, "] '", path,
                    "' is both a tensor and a value");
  const pickle::Value root = file.value();
  items->versions.merge(file.versions());
  items->file = std::move(file);
  read_torch_values(*items, root);
  return items;
}

}  // namespace

// ---- writing

OutputArchive::OutputArchive() : items_(std::make_shared<Items>()) {}
OutputArchive::OutputArchive(const OutputArchive& other)
    : items_(std::make_shared<Items>(*other.items_)) {}
OutputArchive::OutputArchive(OutputArchive&& other) noexcept = default;
OutputArchive& OutputArchive::operator=(OutputArchive other) noexcept {
  items_.swap(other.items_);
  return *this;
}
OutputArchive::~OutputArchive() = default;

namespace {

void check_new(const Items& items, const std::string& key) {
  HEARTH_CHECK_AS(ValueError, !key.empty(), "[archive] expected a key, got an empty string");
  HEARTH_CHECK_AS(ValueError, !items.contains(key), "[archive] the key '", key, "' is taken");
}

}  // namespace

void OutputArchive::write(const std::string& key, const Tensor& tensor, bool) {
  HEARTH_CHECK_AS(ValueError, tensor.defined(), "[archive] tensor '", key, "' is undefined");
  check_new(*items_, key);
  items_->tensors.emplace(key, tensor.detach());
}
void OutputArchive::write(const std::string& key, const Value& value) {
  check_new(*items_, key);
  items_->values.emplace(key, value);
}
void OutputArchive::write_version(const std::string& module, int64_t version) {
  const auto [known, fresh] = items_->versions.emplace(module, version);
  HEARTH_CHECK_AS(ValueError, fresh || known->second == version, "[archive] the module '", module,
                  "' has version ", known->second, " already; expected the same, got ", version,
                  ". Write it under a key of its own");
}
void OutputArchive::write(const std::string& key, const OutputArchive& nested) {
  for (const auto& [module, version] : nested.items_->versions)
    write_version(module.empty() ? key : key + "." + module, version);
  if (nested.items_->tensors.empty() && nested.items_->values.empty()) {
    write(key, Value());
    return;
  }
  for (const auto& [path, tensor] : nested.items_->tensors) write(key + "." + path, tensor);
  for (const auto& [path, value] : nested.items_->values) write(key + "." + path, value);
}

namespace {

/// Lists, tuples and dicts are kept pickled, in a tensor of bytes that begins with this.
constexpr std::string_view kPickled("\x93hearth.IValue\n");

Tensor pickled_tensor(const IValue& value) {
  const std::vector<char> bytes = pickle_save(value);
  const Tensor tensor =
      new_tensor({static_cast<int64_t>(kPickled.size() + bytes.size())}, kByte, kCPU);
  auto* to = static_cast<char*>(raw_data(tensor));
  std::memcpy(to, kPickled.data(), kPickled.size());
  std::memcpy(to + kPickled.size(), bytes.data(), bytes.size());
  return tensor;
}

bool is_pickled(const Tensor& t) {
  return t.scalar_type() == kByte && t.device().is_cpu() && t.is_contiguous() &&
         t.numel() > std::ssize(kPickled) &&
         std::memcmp(raw_data(t), kPickled.data(), kPickled.size()) == 0;
}

/// Lists of one kind of numbers, or of tensors, are such lists again.
IValue unpickled(const Tensor& t) {
  const auto* from = static_cast<const char*>(raw_data(t));
  IValue value = pickle_load(std::vector<char>(from + kPickled.size(), from + t.numel()));
  if (!value.isList()) return value;
  const std::vector<IValue>& items = value.toListRef();
  const auto all = [&](bool (IValue::*is)() const) {
    return !items.empty() &&
           std::all_of(items.begin(), items.end(), [&](const IValue& i) { return (i.*is)(); });
  };
  const auto list_of = [&](auto get) {
    std::vector<std::decay_t<decltype(get(items[0]))>> list;
    for (const IValue& i : items) list.push_back(get(i));
    return IValue(std::move(list));
  };
  if (all(&IValue::isInt)) return list_of([](const IValue& i) { return i.toInt(); });
  if (all(&IValue::isDouble)) return list_of([](const IValue& i) { return i.toDouble(); });
  if (all(&IValue::isTensor)) return list_of([](const IValue& i) { return i.toTensor(); });
  return value;
}

}  // namespace

void OutputArchive::write_ivalue(const std::string& key, const IValue& value) {
  if (value.isTensor()) return write(key, value.toTensor());
  if (value.isNone()) return write(key, Value());
  if (value.isBool()) return write(key, Value(value.toBool()));
  if (value.isInt()) return write(key, Value(value.toInt()));
  if (value.isDouble()) return write(key, Value(value.toDouble()));
  if (value.isString()) return write(key, Value(value.toStringRef()));
  write(key, pickled_tensor(value));
}

void OutputArchive::save_to(const std::string& filename) const {
  if (is_torch_name(filename)) {
    FileSink sink(filename);
    write_torch(sink, *items_);
    sink.commit();
    return;
  }
  safetensors::save_file(named_tensors(*items_), filename, metadata_of(*items_));
}
void OutputArchive::save_to(size_t (*writer)(void*, const void*, size_t), void* context) const {
  struct CallbackSink final : Sink {
    size_t (*function)(void*, const void*, size_t);
    void* argument;
    CallbackSink(size_t (*f)(void*, const void*, size_t), void* a) : function(f), argument(a) {}
    void write(const void* data, size_t size) override {
      const size_t taken = function(argument, data, size);
      HEARTH_CHECK_AS(FileError, taken == size, "[save_to] the writer took ", taken, " of ", size,
                      " bytes");
    }
  };
  CallbackSink sink(writer, context);
  safetensors::write(sink, named_tensors(*items_), metadata_of(*items_));
}
void OutputArchive::save_to(std::ostream& stream) const {
  save_to([&](const void* data, size_t size) -> size_t {
    stream.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
    HEARTH_CHECK_AS(FileError, stream.good(), "[save_to] the stream refused ", size, " bytes");
    return size;
  });
}
std::vector<char> OutputArchive::to_buffer() const {
  return safetensors::save(named_tensors(*items_), metadata_of(*items_));
}

// ---- reading

InputArchive::InputArchive() : items_(std::make_shared<Items>()) {}
InputArchive::InputArchive(const OutputArchive& archive)
    : items_(std::make_shared<Items>(*archive.items_)) {}
InputArchive::~InputArchive() = default;
InputArchive::InputArchive(const InputArchive&) = default;
InputArchive::InputArchive(InputArchive&&) noexcept = default;
InputArchive& InputArchive::operator=(const InputArchive&) = default;
InputArchive& InputArchive::operator=(InputArchive&&) noexcept = default;

void InputArchive::load_from(const std::string& filename, std::optional<Device> device) {
  items_ = open(TensorFile(filename));
  prefix_.clear();
  device_ = device;
}
void InputArchive::load_from(const char* data, size_t size, std::optional<Device> device) {
  items_ = open(TensorFile(data, size));
  prefix_.clear();
  device_ = device;
}
void InputArchive::load_from(size_t (*reader)(const void*, uint64_t, void*, size_t),
                             const void* context, size_t size, std::optional<Device> device) {
  std::vector<char> bytes(size);
  for (size_t at = 0; at < bytes.size();) {
    const size_t n = reader(context, at, bytes.data() + at, bytes.size() - at);
    HEARTH_CHECK_AS(FileError, n > 0 && n <= bytes.size() - at,
                    "[load_from] expected the function to read up to ", bytes.size() - at,
                    " bytes at ", at, ", got ", n);
    at += n;
  }
  load_from(bytes.data(), bytes.size(), device);
}
void InputArchive::load_from(std::istream& stream, std::optional<Device> device) {
  // Grows with what comes, whatever lengths the content claims.
  std::vector<char> bytes;
  constexpr size_t kBlock = size_t{1} << 20;
  while (stream.good()) {
    const size_t at = bytes.size();
    bytes.resize(at + kBlock);
    stream.read(bytes.data() + at, static_cast<std::streamsize>(kBlock));
    bytes.resize(at + static_cast<size_t>(stream.gcount()));
  }
  HEARTH_CHECK_AS(FileError, stream.eof(), "[load_from] reading the stream failed");
  stream.clear();  // so that it can go back and be read again
  load_from(bytes.data(), bytes.size(), device);
}

std::string InputArchive::path(const std::string& key) const { return prefix_ + key; }

const std::string& InputArchive::source() const { return items_->source; }

bool InputArchive::try_read(const std::string& key, Tensor& tensor, bool) {
  Tensor found;
  if (!items_->find(path(key), found)) return false;
  NoGradGuard no_grad;
  if (tensor.defined() && tensor.sizes() == found.sizes() &&
      tensor.scalar_type() == found.scalar_type() && !device_) {
    tensor.copy_(found);
    return true;
  }
  Tensor own = device_ ? found.to(TensorOptions(*device_), false, /*copy=*/true) : found.clone();
  if (tensor.defined()) {
    tensor.set_data(own);
  } else {
    tensor = std::move(own);
  }
  return true;
}
bool InputArchive::try_read(const std::string& key, Value& value) {
  const auto found = items_->values.find(path(key));
  if (found != items_->values.end()) {
    value = found->second;
    return true;
  }
  // Python keeps counts of steps, for one, in tensors.
  Tensor tensor;
  if (!items_->file || items_->file->format() != TensorFile::Format::Torch ||
      !items_->find(path(key), tensor) || tensor.numel() != 1 || is_complex(tensor.scalar_type()))
    return false;
  const double number = tensor.item().toDouble();
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const bool whole = std::abs(number) <= kExact && number == std::trunc(number);
  value = whole ? Value(static_cast<int64_t>(number)) : Value(number);
  return true;
}
bool InputArchive::try_read(const std::string& key, IValue& value) {
  Value plain;
  if (try_read(key, plain)) {
    switch (plain.kind()) {
      case Value::Kind::None:
        value = IValue();
        break;
      case Value::Kind::Bool:
        value = plain.toBool();
        break;
      case Value::Kind::Int:
        value = plain.toInt();
        break;
      case Value::Kind::Double:
        value = plain.toDouble();
        break;
      case Value::Kind::String:
        value = plain.toStringRef();
        break;
    }
    return true;
  }
  Tensor tensor;
  if (!try_read(key, tensor)) return false;
  value = is_pickled(tensor) ? unpickled(tensor) : IValue(tensor);
  return true;
}
bool InputArchive::try_read(const std::string& key, InputArchive& nested) {
  const std::string below = path(key) + ".";
  const auto marker = items_->values.find(path(key));
  if (items_->below(below).empty() && (marker == items_->values.end() || !marker->second.isNone()))
    return false;
  const std::shared_ptr<const Items> items = items_;
  nested.device_ = device_;
  nested.prefix_ = below;
  nested.items_ = items;
  return true;
}

namespace {

void expect(bool found, const std::string& source, std::string_view what, const std::string& path) {
  HEARTH_CHECK_AS(FormatError, found, "[", source, "] No such serialized ", what, " '", path,
                  "': the archive does not have a field with name ", path);
}

}  // namespace

void InputArchive::read(const std::string& key, Tensor& tensor, bool is_buffer) {
  expect(try_read(key, tensor, is_buffer), source(), "tensor", path(key));
}
void InputArchive::read(const std::string& key, Value& value) {
  expect(try_read(key, value), source(), "value", path(key));
}
void InputArchive::read(const std::string& key, IValue& value) {
  expect(try_read(key, value), source(), "value", path(key));
}
void InputArchive::read(const std::string& key, InputArchive& nested) {
  expect(try_read(key, nested), source(), "submodule", path(key));
}

std::vector<std::string> InputArchive::keys() const {
  std::map<std::string, int> names;
  for (const std::string& full : items_->below(prefix_)) {
    const std::string rest = full.substr(prefix_.size());
    ++names[rest.substr(0, rest.find('.'))];
  }
  std::vector<std::string> keys;
  for (const auto& [name, count] : names) keys.push_back(name);
  return keys;
}

std::vector<std::pair<std::string, int64_t>> InputArchive::versions() const {
  std::vector<std::pair<std::string, int64_t>> all;
  for (const auto& [path, version] : items_->versions) {
    if (path + "." == prefix_) {
      all.emplace_back("", version);
    } else if (path.starts_with(prefix_)) {
      all.emplace_back(path.substr(prefix_.size()), version);
    }
  }
  return all;
}

std::vector<std::pair<std::string, Tensor>> InputArchive::tensors() const {
  std::vector<std::pair<std::string, Tensor>> all;
  for (const std::string& full : items_->below(prefix_)) {
    Tensor t;
    if (!items_->find(full, t)) continue;
    all.emplace_back(full.substr(prefix_.size()), device_ ? t.to(TensorOptions(*device_)) : t);
  }
  return all;
}

}  // namespace hearth::serialize

hearth::serialize::OutputArchive hearth::detail::archive_of(const Tensor& tensor) {
  serialize::OutputArchive archive;
  archive.write("0", tensor);
  archive.items_->alone = true;
  return archive;
}

void hearth::detail::throw_no_arg(const serialize::InputArchive& archive, const char* name) {
  throw FormatError(cat_str("[", archive.source(), "] expected a value for the option '", name,
                            "', got none or one that it cannot take"));
}
