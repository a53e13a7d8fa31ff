// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/collate.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/rnn.h"
#include "hearth/ops/view.h"

#include "tensor/tensor_impl.h"

namespace hearth::data::detail {

void throw_uncollatable(const std::string& what) {
  throw ValueError(cat_str("[default_collate] ", what));
}

Tensor numbers(size_t n, ScalarType dtype) {
  return new_tensor({static_cast<int64_t>(n)}, dtype, kCPU);
}

Padder::Padder(PadOptions options) : options_(std::move(options)) {
  HEARTH_CHECK_AS(ValueError,
                  !options_.padding_value().empty() && options_.pad_to_multiple_of() > 0,
                  "[default_collate] expected a padding_value and a pad_to_multiple_of above 0");
}

Padded Padder::pad(const std::vector<Tensor>& sequences) {
  const auto& values = options_.padding_value();
  const double value = values[values.size() == 1 ? 0 : std::min(used_, values.size() - 1)];
  ++used_;
  Padded out;
  out.lengths = new_tensor({static_cast<int64_t>(sequences.size())}, kLong, kCPU);
  int64_t* lengths = ptr<int64_t>(out.lengths);
  for (size_t i = 0; i < sequences.size(); ++i) {
    HEARTH_CHECK_AS(ShapeError, sequences[i].defined() && sequences[i].dim() > 0,
                    "[default_collate] sample ", i,
                    " has no length to be padded: expected tensors [length, ...]");
    lengths[i] = sequences[i].size(0);
  }
  out.data = pad_sequence(sequences, /*batch_first=*/true, value, options_.padding_side());
  const int64_t multiple = options_.pad_to_multiple_of();
  const int64_t more = (multiple - out.data.size(1) % multiple) % multiple;
  if (more == 0) return out;
  DimVector sizes(out.data.sizes());
  sizes[1] = more;
  const Tensor fill = full(sizes, value, out.data.options());
  out.data =
      options_.padding_side() == "left" ? cat({fill, out.data}, 1) : cat({out.data, fill}, 1);
  return out;
}

void Padder::check() const {
  const size_t values = options_.padding_value().size();
  if (values > 1 && values != used_)
    throw_uncollatable(cat_str(values, " padding values for ", used_,
                               " padded tensors: expected one for all, or one for each"));
}

}  // namespace hearth::data::detail
