// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/tensor_file.h"

#include <cstring>
#include <filesystem>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "hearth/io/mapped_file.h"
#include "hearth/io/pickle.h"
#include "hearth/io/safetensors.h"

#include "io/json_problem.h"
#include "io/npy_format.h"
#include "io/pickle_document.h"
#include "io/pickle_types.h"
#include "io/safetensors_format.h"
#include "io/torch_file.h"
#include "io/zip_reader.h"

namespace hearth {

namespace {

using Format = TensorFile::Format;

/// The bytes of a file or buffer.
struct Bytes {
  std::string_view view;
  std::string source;
  std::shared_ptr<const void> keep;
  std::shared_ptr<MappedFile> file;  ///< null for buffers
};

Bytes map_file(const std::string& path) {
  const auto file = std::make_shared<MappedFile>(path);
  return {{file->data(), file->size()}, path, file, file};
}

/// One way to find tensors.
class Source {
 public:
  virtual ~Source() = default;
  virtual Tensor tensor(size_t i) const = 0;
  virtual IntArrayRef sizes(size_t i) const = 0;
  virtual ScalarType dtype(size_t i) const = 0;
  virtual std::string type_name(size_t i) const = 0;
  virtual std::map<std::string, std::string> metadata() const { return {}; }
  virtual pickle::Value value() const { return {}; }

  std::vector<std::string> keys;
};

class SafetensorsSource final : public Source {
 public:
  explicit SafetensorsSource(const Bytes& bytes)
      : file_(bytes.file ? safetensors::File(bytes.file, bytes.source)
                         : safetensors::File(bytes.view.data(), bytes.view.size(), bytes.source)) {
    keys = file_.keys();
  }
  Tensor tensor(size_t i) const override { return file_.tensor(keys[i]); }
  IntArrayRef sizes(size_t i) const override { return file_.sizes(keys[i]); }
  ScalarType dtype(size_t i) const override { return file_.dtype(keys[i]); }
  std::string type_name(size_t i) const override {
    const ScalarType t = dtype(i);
    return t == ScalarType::Undefined ? file_.type_name(keys[i])
                                      : std::string(pickle::element_type(t).name);
  }
  std::map<std::string, std::string> metadata() const override { return file_.metadata(); }

 private:
  safetensors::File file_;
};

class TorchSource final : public Source {
 public:
  explicit TorchSource(const Bytes& bytes)
      : root_(pickle::load(bytes.view, bytes.keep, bytes.source)) {
    for (auto& [name, value] : pickle::named_tensors(root_)) {
      keys.push_back(name);
      values_.push_back(value);
    }
  }
  Tensor tensor(size_t i) const override { return values_[i].toTensor(); }
  IntArrayRef sizes(size_t i) const override { return values_[i].sizes(); }
  ScalarType dtype(size_t i) const override { return values_[i].dtype(); }
  std::string type_name(size_t i) const override {
    const pickle::Document& document = *root_.document();
    return std::string(document.tensors[values_[i].node()->index].type->name);
  }
  pickle::Value value() const override { return root_; }

 private:
  pickle::Value root_;
  std::vector<pickle::Value> values_;
};

class NumpySource final : public Source {
 public:
  explicit NumpySource(const Bytes& bytes) {
    if (npy::is_npy(bytes.view)) {
      add("0", bytes.view, bytes.source, bytes.keep);
      return;
    }
    const ZipReader zip(bytes.view, bytes.source);
    for (const ZipEntry& entry : zip.entries()) {
      if (!entry.name.ends_with(".npy")) continue;
      const std::string source = cat_str(bytes.source, ": ", entry.name);
      const std::string name = entry.name.substr(0, entry.name.size() - 4);
      const auto [content, keep] = zip.content(entry, bytes.keep);
      add(name, content, source, keep);
    }
  }
  Tensor tensor(size_t i) const override {
    const Array& a = arrays_[i];
    return npy::make_tensor(a.bytes, a.source, a.keep);
  }
  IntArrayRef sizes(size_t i) const override { return arrays_[i].header.sizes.ref(); }
  ScalarType dtype(size_t i) const override { return arrays_[i].header.dtype; }
  std::string type_name(size_t i) const override {
    const npy::Header& h = arrays_[i].header;
    return h.dtype == ScalarType::Undefined ? h.descr
                                            : std::string(pickle::element_type(h.dtype).name);
  }

 private:
  struct Array {
    std::string_view bytes;
    std::string source;
    npy::Header header;
    std::shared_ptr<const void> keep;
  };
  void add(const std::string& name, std::string_view bytes, const std::string& source,
           const std::shared_ptr<const void>& keep) {
    keys.push_back(name);
    arrays_.push_back({bytes, source, npy::parse_header(bytes, source), keep});
  }

  std::vector<Array> arrays_;
};

/// By the first bytes.
Format format_of(const Bytes& bytes);
std::unique_ptr<Source> open(Format format, const Bytes& bytes);

/// An open file and where its tensors are.
struct Opened {
  std::string file;
  Format format;
  std::unique_ptr<Source> source;
  std::unordered_map<std::string, size_t> places;

  Opened(const Bytes& bytes, Format f)
      : file(bytes.source), format(f), source(open(format, bytes)) {
    places.reserve(source->keys.size());
    for (size_t i = 0; i < source->keys.size(); ++i) places.emplace(source->keys[i], i);
  }
  size_t place(const std::string& name) const {
    const auto found = places.find(name);
    HEARTH_CHECK_AS(FormatError, found != places.end(), "[", file, "] has no tensor '", name, "'");
    return found->second;
  }
};

/// Files beside an index that says which tensor lies in which.
class IndexSource final : public Source {
 public:
  explicit IndexSource(const Bytes& bytes) {
    const std::string& path = bytes.source;
    HEARTH_CHECK_AS(FormatError, bytes.file, "[", path,
                    "] the index of a model can only be read from a file, beside those it names");
    const auto bad = [&](std::string_view what) {
      throw FormatError(cat_str("[", path, "] expected the index of a model, got ", what));
    };
    std::map<std::string, std::string> weight_map;
    try {
      const nlohmann::json index = nlohmann::json::parse(bytes.view);
      if (!index.at("weight_map").is_object()) bad("a weight_map that is no object");
      for (const auto& [name, file] : index.at("weight_map").items())
        weight_map.emplace(name, file.get<std::string>());
    } catch (const nlohmann::json::exception& e) {
      bad(json_problem(e));
    }
    const auto folder = std::filesystem::path(path).parent_path();
    std::unordered_map<std::string, size_t> known;
    for (const auto& [name, file] : weight_map) {
      // A name of a file in the same folder, and nothing that leads out of it.
      if (file.empty() || file == "." || file == ".." ||
          file.find_first_of(std::string("/\\\0", 3)) != std::string::npos)
        bad(cat_str("the file name '", file, "', which is no name of a file beside it"));
      const auto [at, fresh] = known.emplace(file, files_.size());
      if (fresh) {
        const Bytes beside = map_file((folder / file).string());
        const Format format = format_of(beside);
        HEARTH_CHECK_AS(FormatError, format != Format::Index, "[", path,
                        "] the index names an index, '", file, "'");
        files_.emplace_back(beside, format);
      }
      const Opened& holds = files_[at->second];
      const auto place = holds.places.find(name);
      HEARTH_CHECK_AS(FormatError, place != holds.places.end(), "[", path, "] tensor '", name,
                      "' should be in ", file, ", which does not have it");
      keys.push_back(name);
      tensors_.emplace_back(at->second, place->second);
    }
  }
  Tensor tensor(size_t i) const override { return source(i).tensor(tensors_[i].second); }
  IntArrayRef sizes(size_t i) const override { return source(i).sizes(tensors_[i].second); }
  ScalarType dtype(size_t i) const override { return source(i).dtype(tensors_[i].second); }
  std::string type_name(size_t i) const override { return source(i).type_name(tensors_[i].second); }

 private:
  const Source& source(size_t i) const { return *files_[tensors_[i].first].source; }

  std::vector<Opened> files_;
  std::vector<std::pair<size_t, size_t>> tensors_;  ///< which file, and the place there
};

bool is_npz(const Bytes& bytes) {
  const ZipReader zip(bytes.view, bytes.source);
  for (const ZipEntry& entry : zip.entries())
    if (entry.name.ends_with(".npy")) return true;
  return zip.entries().empty();
}

/// What often comes in place of weights.
const char* what_it_seems(std::string_view view) {
  if (view.empty()) return "an empty file";
  if (view.starts_with("version https://git-lfs"))
    return "a pointer of Git LFS; git lfs pull brings the file";
  const size_t text = view.find_first_not_of(" \t\r\n");
  if (text != view.npos && view[text] == '<') return "a web page; download the file itself";
  return "something else";
}

Format format_of(const Bytes& bytes) {
  const std::string_view view = bytes.view;
  if (npy::is_npy(view)) return Format::Npy;
  if (pickle::is_zip(view)) return is_npz(bytes) ? Format::Npz : Format::Torch;
  // The other formats' first bytes, read as the length of a safetensors header, are longer than
  // any.
  uint64_t length = UINT64_MAX;
  if (view.size() >= 8) std::memcpy(&length, view.data(), 8);
  const bool header_follows = view.size() > 8 && view[8] == '{';
  if (header_follows && length <= safetensors::kMostHeader) return Format::Safetensors;
  if (pickle::is_torch_file(view)) return Format::Torch;
  const size_t text = view.find_first_not_of(" \t\r\n");
  if (text != std::string_view::npos && view[text] == '{') return Format::Index;
  if (header_follows) return Format::Safetensors;
  throw FormatError(cat_str("[", bytes.source, "] expected a file of tensors (safetensors, .pt, ",
                            ".pth, .bin, .npy, .npz, or the index of a model), got ",
                            what_it_seems(view)));
}

std::unique_ptr<Source> open(Format format, const Bytes& bytes) {
  switch (format) {
    case Format::Torch:
      return std::make_unique<TorchSource>(bytes);
    case Format::Npy:
    case Format::Npz:
      return std::make_unique<NumpySource>(bytes);
    case Format::Index:
      return std::make_unique<IndexSource>(bytes);
    case Format::Safetensors:
      break;
  }
  return std::make_unique<SafetensorsSource>(bytes);
}

}  // namespace

struct TensorFile::Impl : Opened {
  explicit Impl(const Bytes& bytes) : Opened(bytes, format_of(bytes)) {}
};

TensorFile::TensorFile(const std::string& path) { impl_ = std::make_shared<Impl>(map_file(path)); }
TensorFile::TensorFile(const void* data, size_t size, const std::string& name) {
  const auto copy = std::make_shared<std::string>(static_cast<const char*>(data), size);
  impl_ = std::make_shared<Impl>(Bytes{*copy, name, copy, nullptr});
}

TensorFile::Format TensorFile::format() const { return impl_->format; }
const std::vector<std::string>& TensorFile::keys() const { return impl_->source->keys; }
bool TensorFile::contains(const std::string& name) const { return impl_->places.count(name) != 0; }
Tensor TensorFile::tensor(const std::string& name) const {
  const size_t i = impl_->place(name);
  HEARTH_CHECK_AS(FormatError, impl_->source->dtype(i) != ScalarType::Undefined, "[", impl_->file,
                  "] tensor '", name, "' is of type ", impl_->source->type_name(i),
                  ", which Hearth does not have");
  return impl_->source->tensor(i);
}
IntArrayRef TensorFile::sizes(const std::string& name) const {
  return impl_->source->sizes(impl_->place(name));
}
ScalarType TensorFile::dtype(const std::string& name) const {
  return impl_->source->dtype(impl_->place(name));
}
std::string TensorFile::type_name(const std::string& name) const {
  return impl_->source->type_name(impl_->place(name));
}
namespace {

/// Adds the versions in the _metadata of a state dict at `path`.
void add_versions(std::map<std::string, int64_t>& versions, const pickle::Value& dict,
                  const std::string& path) {
  const auto metadata = dict.attribute("_metadata");
  if (!metadata || metadata->kind() != pickle::Value::Kind::Dict) return;
  for (const auto& [module, local] : metadata->items()) {
    if (module.kind() != pickle::Value::Kind::String || local.kind() != pickle::Value::Kind::Dict)
      continue;
    const std::string& name = module.toStringRef();
    const auto version = local.find("version");
    if (version && version->is_int64())
      versions.emplace(path + (path.empty() || name.empty() ? "" : ".") + name, version->toInt());
  }
}

}  // namespace

std::map<std::string, int64_t> TensorFile::versions() const {
  using Kind = pickle::Value::Kind;
  std::map<std::string, int64_t> versions;
  const pickle::Value root = value();
  if (root.kind() != Kind::Dict) return versions;
  add_versions(versions, root, "");
  // Those of a checkpoint lie in its dicts. A hostile file may name the same one many times.
  constexpr int kMost = 64;
  int found = 0;
  for (const auto& [key, part] : root.items())
    if (key.kind() == Kind::String && part.kind() == Kind::Dict && ++found <= kMost)
      add_versions(versions, part, key.toStringRef());
  return versions;
}

std::map<std::string, std::string> TensorFile::metadata() const {
  return impl_->source->metadata();
}
pickle::Value TensorFile::value() const { return impl_->source->value(); }
const std::string& TensorFile::source() const { return impl_->file; }

const char* to_string(TensorFile::Format format) {
  constexpr const char* kNames[] = {"safetensors", "torch", "npy", "npz", "index"};
  return kNames[static_cast<size_t>(format)];
}

std::map<std::string, Tensor> load_tensors(const std::string& path) {
  const TensorFile file(path);
  std::map<std::string, Tensor> tensors;
  for (const std::string& name : file.keys()) tensors.emplace(name, file.tensor(name));
  return tensors;
}

}  // namespace hearth
