// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/save_tensors.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"

#include "io/conversion.h"
#include "io/npy_format.h"
#include "io/safetensors_format.h"
#include "io/torch_writer.h"

namespace hearth {

namespace {

using Named = std::vector<std::pair<std::string, Tensor>>;

std::string ending_of(const std::string& path) {
  return std::filesystem::path(path).extension().string();
}

void write_dict(Sink& sink, const Named& tensors, const std::map<std::string, int64_t>& versions,
                const Conversion& conversion) {
  std::unordered_map<const void*, size_t> users;
  for (const auto& [name, t] : tensors) ++users[impl(t).storage];
  pickle::TorchWriter out(sink, conversion);
  out.begin_dict(/*ordered=*/true);
  for (const auto& [name, t] : tensors) {
    const TensorImpl& of = impl(t);
    // Views take no more room than they show, unless the rest of their storage is saved as well.
    const bool part = static_cast<size_t>(of.numel) * element_size(of.dtype) < of.storage->nbytes;
    out.string(name);
    out.tensor(part && users.at(of.storage) == 1 ? t.detach().clone() : t);
  }
  out.end_dict();
  out.versions(versions);
  out.finish();
}

std::string shard_name(const std::string& path, size_t i, size_t n) {
  char number[64];
  std::snprintf(number, sizeof number, "-%05zu-of-%05zu", i + 1, n);
  std::filesystem::path name(path);
  name.replace_filename(name.stem().string() + number + name.extension().string());
  return name.string();
}

void write_shards(const Named& tensors, const std::string& path, const SaveTensorsOptions& options,
                  const Conversion& conversion) {
  std::vector<Named> shards(1);
  int64_t in_shard = 0, total = 0;
  for (const auto& item : tensors) {
    const auto bytes = static_cast<int64_t>(conversion.bytes_of(item.second));
    if (!shards.back().empty() && in_shard + bytes > *options.shard_bytes()) {
      shards.emplace_back();
      in_shard = 0;
    }
    shards.back().push_back(item);
    in_shard += bytes;
    total += bytes;
  }
  if (shards.size() == 1) {
    FileSink sink(path);
    safetensors::write(sink, tensors, options.metadata(), conversion);
    return sink.commit();
  }
  // Nothing appears before everything is written, the index last.
  std::vector<std::unique_ptr<FileSink>> files;
  nlohmann::ordered_json index;
  index["metadata"]["total_size"] = total;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string name = shard_name(path, i, shards.size());
    files.push_back(std::make_unique<FileSink>(name));
    safetensors::write(*files.back(), shards[i], options.metadata(), conversion);
    for (const auto& [tensor, value] : shards[i])
      index["weight_map"][tensor] = std::filesystem::path(name).filename().string();
  }
  FileSink last(path + ".index.json");
  last.write(index.dump(2) + "\n");
  for (const auto& file : files) file->commit();
  last.commit();
}

}  // namespace

bool is_tensor_file_name(const std::string& path) {
  const std::string ending = ending_of(path);
  for (const char* known : {".safetensors", ".pt", ".pth", ".bin", ".npz", ".npy"})
    if (ending == known) return true;
  return false;
}

void save_tensors(const Named& tensors, const std::string& path,
                  const SaveTensorsOptions& options) {
  const std::string ending = ending_of(path);
  HEARTH_CHECK_AS(ValueError, is_tensor_file_name(path),
                  "[save_tensors] expected a name ending in ",
                  ".safetensors, .pt, .pth, .bin, .npz or .npy, got ", path);
  HEARTH_CHECK_AS(ValueError, !options.shard_bytes() || ending == ".safetensors",
                  "[save_tensors] only safetensors are written in several files, got ", path);
  HEARTH_CHECK_AS(ValueError, !options.shard_bytes() || *options.shard_bytes() > 0,
                  "[save_tensors] expected files of at least a byte, got ", *options.shard_bytes());
  HEARTH_CHECK_AS(DtypeError, !options.dtype() || is_floating_point(*options.dtype()),
                  "[save_tensors] expected a type of floating point to convert to, got ",
                  *options.dtype());
  std::unordered_set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    HEARTH_CHECK_AS(ValueError, tensor.defined(), "[save_tensors] tensor '", name,
                    "' is undefined");
    HEARTH_CHECK_AS(ValueError, tensor.layout() == kStrided, "[save_tensors] '", name,
                    "' is a sparse tensor, which files do not hold; save its indices and values");
    HEARTH_CHECK_AS(ValueError, names.insert(name).second, "[save_tensors] the name '", name,
                    "' comes twice");
  }
  const Conversion conversion{options.dtype(), options.on_written()};
  if (options.shard_bytes()) return write_shards(tensors, path, options, conversion);
  FileSink sink(path);
  if (ending == ".safetensors") {
    safetensors::write(sink, tensors, options.metadata(), conversion);
  } else if (ending == ".npz") {
    npy::write_npz(sink, tensors, conversion);
  } else if (ending == ".npy") {
    HEARTH_CHECK_AS(ValueError, tensors.size() == 1, "[save_tensors] ", path,
                    " holds one array, got ", tensors.size(), " tensors; write an .npz");
    npy::write_npy(sink, tensors[0].second, conversion);
  } else {
    write_dict(sink, tensors, options.versions(), conversion);
  }
  sink.commit();
}

}  // namespace hearth
