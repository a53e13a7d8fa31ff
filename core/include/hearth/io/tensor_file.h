// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hearth/io/pickle.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

/// Named tensors in a file, whoever wrote it: safetensors; .pt, .pth and .bin of Python's
/// torch.save, old and new; TorchScript archives; .npy and .npz; and the index of a model in
/// several files (`model.safetensors.index.json`, `pytorch_model.bin.index.json`). What a file is,
/// its first bytes say, not its name.
///
/// Opening maps the file and reads names and sizes only. A tensor is made when it is asked for; it
/// shares the file's memory where the format allows, and writing to it does not change the file.
/// Values of nested dicts and lists have paths joined by dots. Everything throws FileError or
/// FormatError.
///
///     const TensorFile file("resnet18.pth");
///     const Tensor weight = file.tensor("fc.weight");
class HEARTH_API TensorFile {
 public:
  explicit TensorFile(const std::string& path);
  /// The same of bytes in memory, which are copied; `name` stands in error messages.
  TensorFile(const void* data, size_t size, const std::string& name = "buffer");

  enum class Format { Safetensors, Torch, Npy, Npz, Index };
  Format format() const;
  /// In the file's order. The array of an .npy file, or a tensor saved alone, is "0".
  const std::vector<std::string>& keys() const;
  bool contains(const std::string& name) const;
  Tensor tensor(const std::string& name) const;
  IntArrayRef sizes(const std::string& name) const;
  /// Undefined for a type that Hearth does not have.
  ScalarType dtype(const std::string& name) const;
  /// As PyTorch names it ("float32"), also where Hearth does not have it.
  std::string type_name(const std::string& name) const;
  /// What safetensors keeps beside tensors; empty for other formats.
  std::map<std::string, std::string> metadata() const;
  /// What a file of torch.save holds besides tensors; None for other formats.
  pickle::Value value() const;
  /// The versions of the states of modules, by their paths, that a file of torch.save keeps in the
  /// _metadata of state dicts. Paths begin where those of tensors do.
  std::map<std::string, int64_t> versions() const;
  /// The path, or the name given to the buffer.
  const std::string& source() const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// "safetensors", "torch", "npy", "npz", "index".
HEARTH_API const char* to_string(TensorFile::Format format);

/// Every tensor of a file by name.
HEARTH_API std::map<std::string, Tensor> load_tensors(const std::string& path);

}  // namespace hearth
