// SPDX-License-Identifier: Apache-2.0
// Options and states list their fields once; these write and read them.
#pragma once

#include "hearth/io/archive.h"

namespace hearth::optim {

struct FieldWriter {
  serialize::OutputArchive& archive;
  void operator()(const char* name, const Tensor& v) const {
    if (v.defined()) archive.write(name, v);
  }
  template <typename T>
  void operator()(const char* name, const T& v) const {
    archive.write(name, serialize::Value(v));
  }
};

struct FieldReader {
  serialize::InputArchive& archive;
  void operator()(const char* name, Tensor& v) const {
    v = Tensor();
    archive.try_read(name, v);
  }
  template <typename T>
  void operator()(const char* name, T& v) const {
    serialize::Value value;
    archive.read(name, value);
    v = value.to<T>();
  }
};

}  // namespace hearth::optim
