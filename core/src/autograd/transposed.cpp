// SPDX-License-Identifier: Apache-2.0
#include "autograd/transposed.h"

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"

#include "base/thread_state.h"
#include "tensor/tensor_impl.h"

namespace hearth::autograd {

variable_list transposed(const variable_list& outputs, const variable_list& tangents,
                         const std::function<GradList(const variable_list& gradients)>& vjp) {
  const bool create_graph = thread_state().grad_enabled;
  const AutoGradMode record(true);
  // Any values would do.
  variable_list gradients, of, along, ends;
  for (const Tensor& t : outputs) {
    gradients.emplace_back();
    if (!t.defined()) continue;
    const TensorImpl& i = impl(t);
    gradients.back() = new_tensor(i.sizes, i.dtype, i.device);
    gradients.back().zero_();
    of.push_back(gradients.back().set_requires_grad(true));
  }
  const GradList found = vjp(gradients);
  for (size_t k = 0; k < found.size(); ++k) {
    if (!found[k].defined() || !tangents[k].defined() || !found[k].requires_grad()) continue;
    ends.push_back(found[k]);
    // A gradient's broadcast dims are summed, and its dtype converted, past vjp.
    along.push_back(
        tangents[k].to(found[k].device(), found[k].scalar_type()).expand(found[k].sizes()));
  }
  variable_list derivatives(outputs.size());
  if (ends.empty() || of.empty()) return derivatives;
  const variable_list answer =
      grad(ends, of, along, create_graph, create_graph, /*allow_unused=*/true);
  for (size_t i = 0, next = 0; i < outputs.size(); ++i)
    if (outputs[i].defined()) derivatives[i] = answer[next++];
  return derivatives;
}

}  // namespace hearth::autograd
