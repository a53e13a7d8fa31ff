// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/load_weights.h"

#include "hearth/base/error.h"

namespace hearth::nn {

void load_checked(const TensorFile& file, const char* what,
                  const Callable<void(int64_t numbers)>& load) {
  try {
    int64_t numbers = 0;
    for (const std::string& key : file.keys()) {
      int64_t n = 1;
      for (const int64_t size : file.sizes(key)) n *= size;
      numbers += n;
    }
    load(numbers);
  } catch (const FileError&) {
    throw;
  } catch (const OutOfMemory&) {
    throw;
  } catch (const Error& e) {
    throw FormatError(
        cat_str("[", file.source(), "] does not hold the ", what, " that is expected: ", e.what()));
  }
}

void load_weights(const TensorFile& file, const char* what,
                  const Callable<Module&(int64_t numbers)>& make,
                  const Callable<std::string(const std::string&)>& name) {
  load_checked(file, what, [&](int64_t numbers) {
    Module& module = make(numbers);
    OrderedDict<std::string, Tensor> state;
    for (const std::string& key : file.keys()) {
      const std::string own = name ? name(key) : key;
      if (!own.empty()) state.insert(own, file.tensor(key));
    }
    module.load_state_dict(state);
  });
}

}  // namespace hearth::nn
