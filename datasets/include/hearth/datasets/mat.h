// SPDX-License-Identifier: Apache-2.0
// Files of MATLAB.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::datasets {

/// A value of a MATLAB file.
struct HEARTH_API MatValue {
  enum class Kind : int8_t {
    Array,   ///< numbers: `array`
    Text,    ///< characters: `text`, UTF-8
    Cell,    ///< `elements`, of any kind, in MATLAB's order (the first dim changes fastest)
    Struct,  ///< `elements` for each of its structs in that order, one for each of `fields`
  };
  Kind kind = Kind::Array;
  /// Two or more.
  std::vector<int64_t> sizes;
  /// Of these sizes, with strides of columns; of the type that the file gives it: logical is bool,
  /// uint16 int32, uint32 and uint64 int64 (throws for what that cannot hold).
  Tensor array;
  std::string text;
  std::vector<std::string> fields;
  std::vector<MatValue> elements;

  /// Of a struct: that field of the struct `index`. Throws FormatError, naming those there are.
  const MatValue& field(const std::string& name, size_t index = 0) const;
};

/// The variables of a file of MATLAB 5 to 7.2 (what SciPy's savemat writes), compressed or not, by
/// their names: real arrays, texts, cells and structs. Sparse and complex arrays, objects and
/// MATLAB 7.3's files (HDF5) throw FormatError, as does everything damaged or cut short. Throws
/// FileError when the file cannot be read.
class HEARTH_API MatFile {
 public:
  explicit MatFile(const std::string& path);
  /// A file in memory; `name` stands for it in errors.
  MatFile(const void* data, size_t bytes, const std::string& name);

  /// Throws FormatError, naming those there are, if there is none of that name.
  const MatValue& at(const std::string& name) const;
  const std::vector<std::pair<std::string, MatValue>>& variables() const { return variables_; }

 private:
  std::string name_;
  std::vector<std::pair<std::string, MatValue>> variables_;
};

}  // namespace hearth::datasets
