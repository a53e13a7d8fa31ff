// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/text/models/pretrained_model.h"

namespace hearth::text {

/// The tokens of a batch one behind the other without padding, so that nothing is computed for what
/// is masked; and back, for what needs to know which tokens share a text. Does nothing unless the
/// inputs allow it and it saves something.
class Unpadding {
 public:
  explicit Unpadding(const ModelInputs& inputs);
  /// [batch, length, width] to [tokens, width].
  Tensor pack(const Tensor& x) const;
  /// The other way. What comes to lie at masked places means nothing.
  Tensor spread(const Tensor& x) const;

 private:
  Tensor tokens_, places_;
  int64_t batch_ = 0;
};

}  // namespace hearth::text
