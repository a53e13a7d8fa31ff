// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hearth/tensor/tensor.h"

#include "io/conversion.h"
#include "io/zip_writer.h"

namespace hearth::pickle {

/// Writes a file that Python's torch.load(weights_only=True) opens: values one after the other,
/// containers between begin and end.
///
///     TorchWriter out(sink);
///     out.begin_dict();
///     out.string("epoch");
///     out.integer(3);
///     out.end_dict();
///     out.finish();
class TorchWriter {
 public:
  explicit TorchWriter(Sink& sink, Conversion conversion = {})
      : zip_(sink), conversion_(std::move(conversion)) {
    program_ = "\x80\x02";
  }

  void none() { program_ += 'N'; }
  void boolean(bool value) { program_ += value ? '\x88' : '\x89'; }
  void integer(int64_t value);
  void real(double value);
  void string(std::string_view text);
  /// Kept until finish(). Tensors on one storage share it in the file, too.
  void tensor(const Tensor& tensor);

  /// Keys and values in turn until end_dict(). An ordered one is a collections.OrderedDict, as
  /// state dicts are.
  void begin_dict(bool ordered = false);
  void end_dict() { program_ += 'u'; }
  /// Gives the ordered dict that just ended its _metadata: versions of modules by their paths.
  void versions(const std::map<std::string, int64_t>& versions);
  void begin_list() { program_ += "]("; }
  void end_list() { program_ += 'e'; }
  void begin_tuple() { program_ += '('; }
  void end_tuple() { program_ += 't'; }

  void finish();

 private:
  struct Saved {
    Tensor tensor;  ///< a vector that shows the whole storage
    std::string key;
  };
  void global(std::string_view module, std::string_view name);
  void storage(const Saved& saved);
  void numbers(IntArrayRef values);

  ZipWriter zip_;
  Conversion conversion_;
  std::string program_;
  std::unordered_map<std::string, uint32_t> globals_;
  std::unordered_map<const void*, size_t> saved_of_storage_;
  std::vector<Saved> saved_;
};

}  // namespace hearth::pickle
