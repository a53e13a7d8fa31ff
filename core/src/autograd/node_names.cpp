// SPDX-License-Identifier: Apache-2.0
// What PyTorch calls the nodes of rows that have other names than its functions: the number says
// which overload it was, which here the fields tell.
#include <string>

#include "autograd/tape.h"

namespace hearth::autograd {

namespace {

struct Named {
  std::string_view row;
  std::string_view fields;  ///< part of what the fields print
  std::string_view name;
};

// The first that fits.
constexpr Named kNames[] = {
    {"add", "side=1", "AddBackward1"},
    {"add", "side=2", "AddBackward1"},
    {"sub", "side=2", "SubBackward1"},
    {"mul", "side=1", "MulBackward1"},
    {"mul", "side=2", "MulBackward1"},
    {"div", "side=2", "DivBackward1"},
    {"square", "", "PowBackward0"},
    {"pow", "side=0", "PowBackward1"},
    {"pow", "side=1", "PowBackward2"},
    {"sum", "dims=[]", "SumBackward0"},
    {"sum", "", "SumBackward1"},
    {"mean", "dims=[]", "MeanBackward0"},
    {"mean", "", "MeanBackward1"},
    {"prod", "dims=[]", "ProdBackward0"},
    {"prod", "", "ProdBackward1"},
    {"amax", "nan_ties=true", "MaxBackward1"},
    {"amin", "nan_ties=true", "MinBackward1"},
    {"linalg_vector_norm", "dims=[]", "NormBackward0"},
    {"linalg_vector_norm", "", "NormBackward1"},
    {"clamp", "", "ClampBackward1"},
    {"clamp_tensor", "", "ClampBackward0"},
    {"scatter_value", "", "ScatterBackward1"},
    {"matmul", "", "MmBackward0"},
    {"linear", "", "AddmmBackward0"},
    {"to", "", "ToCopyBackward0"},
    {"gelu_erf", "", "GeluBackward0"},
    {"gelu_tanh", "", "GeluBackward0"},
    {"prelu", "", "PreluKernelBackward0"},
    {"batch_norm", "", "NativeBatchNormBackward0"},
    {"layer_norm", "", "NativeLayerNormBackward0"},
    {"group_norm", "", "NativeGroupNormBackward0"},
    {"cross_entropy_loss", "", "NllLossBackward0"},
    {"max_pool", "", "MaxPool2DWithIndicesBackward0"},
    {"avg_pool", "", "AvgPool2DBackward0"},
    {"adaptive_avg_pool", "output_size=[1, 1]", "MeanBackward1"},
    {"adaptive_avg_pool", "", "AdaptiveAvgPool2DBackward0"},
};

}  // namespace

std::string backward_name(std::string_view op) {
  std::string name;
  bool upper = true;
  for (char c : op) {
    if (c == '_') {
      upper = true;
    } else {
      name.push_back(upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
      upper = false;
    }
  }
  return name + "Backward0";
}

std::string OpNode::name() const {
  for (const Named& n : kNames)
    if (n.row == op.info.name && op.fields.print(fields).find(n.fields) != std::string::npos)
      return std::string(n.name);
  return backward_name(op.info.name);
}

}  // namespace hearth::autograd
