// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "hearth/base/error.h"
#include "hearth/hub/model_files.h"
#include "hearth/io/save_tensors.h"
#include "hearth/text/models/auto.h"

#include "models/config_json.h"

namespace hearth::text {

void save_pretrained(const PreTrainedModelImpl& model, const std::string& folder) {
  HEARTH_CHECK_AS(
      ValueError, !model.config().contains("quantization_config"),
      "[save_pretrained] expected plain weights, got quantized ones of a GGUF file; open it "
      "with ModelOptions().dequantize(true)");
  constexpr int64_t kShard = 5'000'000'000;
  std::vector<std::pair<std::string, Tensor>> tensors;
  std::set<const void*> written;
  ScalarType dtype = kFloat;
  for (const auto& item : model.state_dict()) {
    if (!written.insert(item.value().const_data_ptr()).second) continue;
    if (is_floating_point(item.value().scalar_type())) dtype = item.value().scalar_type();
    tensors.emplace_back(item.key(), item.value());
  }
  ConfigEditor config(model.config());
  config.erase("dtype");
  config.set("torch_dtype", std::string(dtype_name(dtype)));
  hub::save_model_files(folder, config.text(), [&](const std::string& path) {
    // transformers opens files of this format only.
    save_tensors(tensors, path,
                 SaveTensorsOptions().metadata({{"format", "pt"}}).shard_bytes(kShard));
  });
}

}  // namespace hearth::text
