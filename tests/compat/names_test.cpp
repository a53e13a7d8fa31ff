// SPDX-License-Identifier: Apache-2.0
// What only the compat headers have: macros, at::, std's functions of complex numbers.
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/util/Exception.h>
#include <c10/util/accumulate.h>
#include <c10/util/complex.h>
#include <c10/util/irange.h>
#include <gtest/gtest.h>
#include <torch/extension.h>
#include <torch/script.h>
#include <torch/torch.h>

namespace {

struct Capture : c10::WarningHandler {
  void process(const c10::Warning& warning) override { text += warning.msg() + "\n"; }
  std::string text;
};

template <typename F>
std::string message(F f) {
  try {
    f();
  } catch (const c10::Error& e) {
    return e.what_without_backtrace();
  }
  return "nothing thrown";
}

TEST(Names, ChecksThrowTheirText) {
  EXPECT_EQ(message([] { TORCH_CHECK(true, "no"); }), "nothing thrown");
  EXPECT_EQ(message([] { TORCH_CHECK(1 > 2, "got ", 1, ' ', 2.5); }), "got 1 2.5");
  EXPECT_EQ(message([] { TORCH_CHECK(1 > 2); }), "Expected 1 > 2 to be true, but got false.");
  EXPECT_EQ(message([] { AT_ERROR("code ", 7); }), "code 7");
  EXPECT_NE(message([] { TORCH_INTERNAL_ASSERT(1 > 2, "why"); }).find("INTERNAL ASSERT FAILED"),
            std::string::npos);
  EXPECT_THROW(TORCH_CHECK_INDEX(false, "i"), c10::IndexError);
  EXPECT_THROW(TORCH_CHECK_VALUE(false, "v"), c10::ValueError);
  EXPECT_THROW(TORCH_CHECK_TYPE(false, "t"), c10::TypeError);
  EXPECT_THROW(TORCH_CHECK_NOT_IMPLEMENTED(false), c10::NotImplementedError);
  if (false)
    TORCH_CHECK(false);
  else
    SUCCEED();
}

TEST(Names, WarningsReachTheHandler) {
  Capture capture;
  const c10::WarningUtils::WarningHandlerGuard guard(&capture);
  for (int i = 0; i < 2; ++i) {
    TORCH_WARN("number ", i);
    TORCH_WARN_ONCE("first");
  }
  EXPECT_EQ(capture.text, "number 0\nfirst\nnumber 1\n");
}

TEST(Names, AtTensorKeepsTypes) {
  EXPECT_EQ(at::tensor(1).dtype(), at::kInt);
  EXPECT_EQ(at::tensor(int64_t{1}).dtype(), at::kLong);
  EXPECT_EQ(at::tensor({1, 2}).dtype(), at::kInt);
  EXPECT_EQ(at::tensor({1.5, 2.0}).dtype(), at::kDouble);
  EXPECT_EQ(at::tensor(std::vector<float>{1, 2}).dtype(), at::kFloat);
  EXPECT_EQ(at::tensor(at::IntArrayRef({3, 4})).dtype(), at::kLong);
  EXPECT_EQ(at::tensor({1, 2}, at::requires_grad()).dtype(), at::kFloat);
  EXPECT_EQ(at::tensor({1, 2}, at::kShort).dtype(), at::kShort);
  EXPECT_TRUE(at::tensor({1, 2}).equal(torch::tensor({1, 2}, torch::kInt)));
  EXPECT_EQ(torch::tensor(1).dtype(), torch::kLong);
  EXPECT_EQ(torch::tensor(1.5).dtype(), torch::kFloat);
}

TEST(Names, ListsIndexTensors) {
  const at::Tensor x = at::arange(6).view({2, 3}), rows = at::tensor({1}, at::kLong);
  c10::List<std::optional<at::Tensor>> indices{rows, std::nullopt};
  EXPECT_TRUE(x.index(indices).equal(x.slice(0, 1)));
  EXPECT_TRUE(at::index(x, indices).equal(x.slice(0, 1)));
  EXPECT_EQ(at::index_put(x, indices, at::zeros({3}, at::kLong)).sum().item<int64_t>(), 3);
  at::Tensor y = x.clone();
  at::index_put_(y, indices, at::ones({3}, at::kLong), /*accumulate=*/true);
  EXPECT_EQ(y.sum().item<int64_t>(), 18);
  // Copies are the same list.
  c10::List<std::optional<at::Tensor>> same = indices, other = indices.copy();
  same.pop_back();
  same.push_back(at::tensor({2}, at::kLong));
  EXPECT_TRUE(same.is(indices) && !other.is(indices));
  EXPECT_EQ(x.index(indices).item<int64_t>(), 5);
  EXPECT_EQ(other.size(), 2u);
  EXPECT_FALSE(other.get(1).has_value());
  EXPECT_THROW(other.get(2), std::out_of_range);
  const at::ITensorListRef tensors({x, x});
  EXPECT_EQ(at::cat(tensors, 1).size(1), 6);
}

TEST(Names, OptionsMayComeOneByOne) {
  const std::optional<at::Layout> none;
  const at::Tensor x = at::zeros({2}, at::kHalf, none, at::Device(at::kCPU), false);
  EXPECT_EQ(x.scalar_type(), at::kHalf);
  EXPECT_EQ(at::arange(3, at::kInt, none, {}, {}).scalar_type(), at::kInt);
  EXPECT_EQ(at::empty({2}, at::kDouble, none, {}, {}, {}).scalar_type(), at::kDouble);
  EXPECT_EQ(at::full_like(x, 2, at::kFloat, none, {}, {}, {}).sum().item<float>(), 4);
  EXPECT_EQ(at::full_like(x, 2, {}, none, {}, {}, {}).scalar_type(), at::kHalf);
  EXPECT_EQ(x.new_ones({3}, {}, none, {}, {}).scalar_type(), at::kHalf);
  EXPECT_EQ(x.to(at::kLong, none, {}, {}, false, true, {}).scalar_type(), at::kLong);
  EXPECT_EQ(at::zeros({2}, {}, at::kSparse, {}, {}).layout(), at::kSparse);
}

TEST(Names, ComplexNumbersHaveStdsFunctions) {
  const c10::complex<double> z(3, -4);
  EXPECT_EQ(std::abs(z), 5);
  EXPECT_EQ(std::norm(z), 25);
  EXPECT_EQ(std::real(z), 3);
  EXPECT_EQ(std::imag(z), -4);
  EXPECT_DOUBLE_EQ(std::arg(z), std::atan2(-4, 3));
  EXPECT_EQ(std::conj(z), c10::complex<double>(3, 4));
  EXPECT_NEAR(std::abs(std::exp(std::log(z)) - z), 0, 1e-14);
  EXPECT_NEAR(std::abs(std::sqrt(z) * std::sqrt(z) - z), 0, 1e-14);
  EXPECT_NEAR(std::abs(std::sin(z) * std::sin(z) + std::cos(z) * std::cos(z) - 1.0), 0, 1e-10);
  EXPECT_NEAR(std::abs(std::tan(z) - std::sin(z) / std::cos(z)), 0, 1e-14);
  EXPECT_NEAR(std::abs(std::tanh(z) - std::sinh(z) / std::cosh(z)), 0, 1e-14);
}

TEST(Names, SmallHelpers) {
  EXPECT_EQ(c10::str("a", 1, ' ', true), "a1 1");
  EXPECT_EQ(c10::Join(", ", std::vector<int>{1, 2, 3}), "1, 2, 3");
  EXPECT_EQ(c10::multiply_integers(torch::ones({2, 3}).sizes()), 6);
  EXPECT_EQ(c10::sum_integers(std::vector<int>{2, 3}), 5);
  int sum = 0;
  for (const auto i : c10::irange(2, 5)) sum += i;
  for (const auto i : c10::irange(-3)) sum += 100 + i;
  EXPECT_EQ(sum, 9);
  EXPECT_EQ(caffe2::TypeMeta::Make<float>(), torch::kFloat);
  EXPECT_EQ(torch::typeMetaToScalarType(torch::ones({1}).dtype()), torch::kFloat);
  EXPECT_EQ(c10::scalarTypeToTypeMeta(torch::kLong).name(), "long int");
  const auto leaf = torch::autograd::make_variable(torch::ones({2}), /*requires_grad=*/true);
  EXPECT_TRUE(leaf.requires_grad() && leaf.is_leaf());
  torch::init_num_threads();
  torch::set_num_interop_threads(2);
  EXPECT_GE(torch::get_num_interop_threads(), 1);
}

TEST(Names, OptionsOfAnyNumberOfDims) {
  using namespace torch::nn;
  EXPECT_EQ(*MaxPoolOptions<2>(3).kernel_size(), (std::array<int64_t, 2>{3, 3}));
  EXPECT_EQ(*AvgPoolOptions<1>(3).stride(), (std::array<int64_t, 1>{3}));
  EXPECT_EQ(*ReflectionPadOptions<2>({1, 2, 3, 4}).padding(), (std::array<int64_t, 4>{1, 2, 3, 4}));
  EXPECT_EQ(*ReplicationPadOptions<1>(2).padding(), (std::array<int64_t, 2>{2, 2}));
  EXPECT_EQ(*ZeroPadOptions<2>(1).padding(), (std::array<int64_t, 4>{1, 1, 1, 1}));
  EXPECT_EQ(ConstantPadOptions<1>(1, 0.5).value(), 0.5);
  EXPECT_EQ(ConvOptions<2>(1, 2, 3).out_channels(), 2);
  const AdaptiveAvgPoolOptions<torch::ExpandingArray<1>> pool(4);
  EXPECT_EQ(AdaptiveAvgPool1d(pool)->forward(torch::ones({1, 2, 8})).size(2), 4);
  const AdaptiveMaxPoolOptions<torch::ExpandingArrayWithOptionalElem<2>> open({3, torch::nullopt});
  EXPECT_EQ(AdaptiveMaxPool2d(open)->forward(torch::ones({1, 2, 8, 5})).sizes(),
            torch::IntArrayRef({1, 2, 3, 5}));
}

TEST(Names, EndsOfSlicesAndDeviceNumbers) {
  using namespace torch::indexing;
  EXPECT_EQ(Slice().stop(), INDEX_MAX);
  EXPECT_EQ(Slice(None, None, -1).start(), INDEX_MAX);
  EXPECT_EQ(Slice(None, None, -1).stop(), INDEX_MIN);
  EXPECT_EQ(torch::device_index(2).device(), torch::Device(torch::kCUDA, 2));
  EXPECT_EQ(torch::dtype(torch::kByte).device(torch::kCUDA, 1).device_index(3).device().index(), 3);
  EXPECT_FALSE(torch::ones({1}).is_quantized() || torch::ones({1}).is_mps());
  const std::unordered_map<torch::Device, int> found = {
      {torch::kCPU, 1}, {torch::kCUDA, 2}, {torch::Device("cuda:1"), 3}, {torch::kMeta, 4}};
  EXPECT_EQ(found.at(torch::Device("cuda:1")), 3);
  EXPECT_EQ(found.at(torch::Device("cpu")), 1);
  EXPECT_EQ(found.size(), 4u);
}

TEST(Names, StandardContainersPrint) {
  EXPECT_EQ(c10::str(std::vector<int64_t>{1, 2, 3}), "1 2 3");
  EXPECT_EQ(c10::str(std::vector<std::string>{"a", "b"}, "|", std::set<int>{2, 1}), "a b|1 2");
  EXPECT_EQ(c10::str(std::map<std::string, std::vector<int>>{{"a", {1, 2}}, {"b", {}}}),
            "(a, 1 2) (b, )");
  EXPECT_EQ(c10::str(std::vector<int>(101, 7)).substr(195), " 7 7 ...");
  std::ostringstream out;
  out << torch::ones({2, 3}).sizes().vec() << torch::complex(torch::ones({1}), torch::ones({1}));
  EXPECT_EQ(out.str().substr(0, 3), "2 3");
  EXPECT_NE(out.str().find("CPUComplexFloatType{1}"), std::string::npos);
}

TEST(Names, FunctionsBehindFunctions) {
  namespace F = torch::nn::functional;
  const torch::Tensor x = torch::arange(16.).view({1, 1, 4, 4}), row = x.view({4, 4});
  EXPECT_TRUE(F::detail::softmax(row, 1, torch::kDouble)
                  .equal(F::softmax(row, F::SoftmaxFuncOptions(1).dtype(torch::kDouble))));
  EXPECT_TRUE(F::detail::max_pool2d(x, 2, 2, 0, 1, false)
                  .equal(F::max_pool2d(x, F::MaxPool2dFuncOptions(2))));
  EXPECT_TRUE(F::detail::alpha_dropout(row, 0.5, false, false).equal(row));
  EXPECT_TRUE(F::detail::layer_norm(row, {4}, {}, {}, 1e-5).equal(F::layer_norm(row, {{4}})));
  EXPECT_TRUE(at::native::is_nonzero(torch::ones({1})));
  EXPECT_EQ(at::_cast_Long(torch::full({1}, 2.7)).dtype(), torch::kLong);
  EXPECT_FALSE(torch::is_conj(x) || torch::is_neg(x) || torch::is_inference(x));
  EXPECT_TRUE(torch::resolve_conj(x).equal(x) && torch::resolve_neg(x).equal(x));
  EXPECT_TRUE((std::is_same_v<at::scalar_value_type<c10::complex<float>>::type, float>));
  EXPECT_TRUE((std::is_same_v<at::scalar_value_type<int>::type, int>));
  const std::vector<int64_t> size = {2, 3};
  EXPECT_TRUE(at::native::_upsample_bilinear2d_aa(x, size, false, torch::nullopt)
                  .equal(torch::_upsample_bilinear2d_aa(x, size, false)));
  EXPECT_TRUE(torch::_reshape_alias(row, {2, 2}, {1, 8}).equal(row.as_strided({2, 2}, {1, 8})));
}

TEST(Names, Backends) {
  using at::Backend;
  const auto sparse = at::getDeprecatedTypeProperties(Backend::SparseCPU, at::kByte);
  EXPECT_EQ(sparse.toString(), "SparseCPUByteType");
  EXPECT_TRUE(sparse.is_sparse());
  EXPECT_EQ(torch::TensorOptions(sparse).layout(), torch::kSparse);
  EXPECT_EQ(torch::ones({2}).to_sparse().type(),
            at::getDeprecatedTypeProperties(Backend::SparseCPU, at::kFloat));
  EXPECT_EQ(sparse.cuda().backend(), Backend::SparseCUDA);
  EXPECT_EQ(torch::empty({2}, torch::kMeta).type().backend(), Backend::Meta);
}

TEST(Names, TheContextKeepsSwitches) {
  at::Context& context = at::globalContext();
  EXPECT_TRUE(context.userEnabledFlashSDP() && context.userEnabledMathSDP());
  context.setSDPUseFlash(false);
  EXPECT_FALSE(context.userEnabledFlashSDP());
  context.setSDPUseFlash(true);
  EXPECT_EQ(context.allowFP16ReductionCuBLAS(),
            at::CuBLASReductionOption::AllowReducedPrecisionWithSplitK);
  context.setAllowFP16ReductionCuBLAS(false, false);
  EXPECT_EQ(context.allowFP16ReductionCuBLAS(),
            at::CuBLASReductionOption::DisallowReducedPrecisionDisallowSplitK);
  context.setAllowFP16ReductionCuBLAS(true);
  context.setDeterministicCuDNN(true);
  EXPECT_TRUE(context.deterministicAlgorithms());
  context.setDeterministicCuDNN(false);
  EXPECT_EQ(at::hasCUDA(), torch::cuda::is_available());
  EXPECT_FALSE(at::hasMPS());
}

TEST(Names, Generators) {
  at::Generator g = at::make_generator<at::CPUGeneratorImpl>(7);
  const auto state = g.get_state();
  const torch::Tensor x = torch::rand({3}, g);
  g.set_state(state);
  EXPECT_TRUE(torch::rand({3}, g).equal(x));
  EXPECT_TRUE(torch::rand({3}, at::detail::createCPUGenerator(7)).equal(x));
  at::globalContext().defaultGenerator(torch::kCPU).set_current_seed(7);
  EXPECT_EQ(at::detail::getDefaultCPUGenerator().current_seed(), 7u);
  EXPECT_TRUE(torch::rand({3}).equal(x));
}

TEST(Names, SwitchesOfAutocast) {
  const torch::Tensor x = torch::ones({2, 2});
  EXPECT_FALSE(at::autocast::is_autocast_enabled(at::kCPU));
  at::autocast::set_autocast_enabled(at::kCPU, true);
  EXPECT_EQ(x.mm(x).scalar_type(), torch::kBFloat16);
  at::autocast::set_autocast_dtype(at::kCPU, at::kHalf);
  at::autocast::clear_cache();
  EXPECT_EQ(x.mm(x).scalar_type(), torch::kHalf);
  EXPECT_TRUE(at::autocast::is_autocast_enabled(at::kCPU));
  at::autocast::set_autocast_enabled(at::kCPU, false);
  EXPECT_EQ(x.mm(x).scalar_type(), torch::kFloat);
  EXPECT_ANY_THROW(at::autocast::set_autocast_enabled(at::kMeta, true));
}

/// What autograd makes of `function` at x, along a gradient that is no constant.
template <class Function>
torch::Tensor along(const torch::Tensor& grad, const torch::Tensor& x, const Function& function) {
  const torch::Tensor leaf = x.detach().requires_grad_();
  return torch::autograd::grad({function(leaf)}, {leaf}, {grad})[0];
}

TEST(Names, BackwardsByName) {
  const torch::Tensor x = torch::sin(torch::arange(32.)).view({1, 2, 4, 4});
  const torch::Tensor g = torch::cos(torch::arange(32.)).view({1, 2, 4, 4});
  EXPECT_TRUE(at::sigmoid_backward(g, x.sigmoid()).allclose(along(g, x, [](const auto& t) {
    return t.sigmoid();
  })));
  EXPECT_TRUE(
      at::tanh_backward(g, x.tanh()).allclose(along(g, x, [](const auto& t) { return t.tanh(); })));
  EXPECT_TRUE(at::threshold_backward(g, x, 0.1).equal(
      along(g, x, [](const auto& t) { return torch::threshold(t, 0.1, 0); })));
  EXPECT_TRUE(at::leaky_relu_backward(g, x, 0.2, false).allclose(along(g, x, [](const auto& t) {
    return torch::leaky_relu(t, 0.2);
  })));
  EXPECT_TRUE(at::gelu_backward(g, x, "tanh").allclose(along(g, x, [](const auto& t) {
    return torch::gelu(t, "tanh");
  })));
  EXPECT_TRUE(
      at::silu_backward(g, x).allclose(along(g, x, [](const auto& t) { return torch::silu(t); })));
  EXPECT_TRUE(at::_softmax_backward_data(g, x.softmax(1), 1, at::kFloat)
                  .allclose(along(g, x, [](const auto& t) { return t.softmax(1); })));
  EXPECT_TRUE(at::_log_softmax_backward_data(g, x.log_softmax(1), 1, at::kFloat)
                  .allclose(along(g, x, [](const auto& t) { return t.log_softmax(1); })));
  const torch::Tensor small = g.slice(2, 0, 2).slice(3, 0, 2);
  EXPECT_TRUE(
      at::avg_pool2d_backward(small, x, {2, 2}, {2, 2}, {0, 0}, false, true, {})
          .allclose(along(small, x, [](const auto& t) { return torch::avg_pool2d(t, 2); })));
  EXPECT_TRUE(
      at::_adaptive_avg_pool2d_backward(small, x).allclose(along(small, x, [](const auto& t) {
        return torch::adaptive_avg_pool2d(t, {2, 2});
      })));
  EXPECT_TRUE(
      at::_adaptive_avg_pool3d_backward(small, x).allclose(along(small, x, [](const auto& t) {
        return torch::adaptive_avg_pool3d(t, {2, 2, 2});
      })));
  EXPECT_TRUE(at::avg_pool3d_backward(small.narrow(1, 0, 1), x, {2, 2, 2}, {2, 2, 2}, {0, 0, 0},
                                      false, true, {})
                  .allclose(along(small.narrow(1, 0, 1), x,
                                  [](const auto& t) { return torch::avg_pool3d(t, 2); })));
  // Once more, for what Function::backward returns.
  const torch::Tensor y = x.detach().requires_grad_();
  const torch::Tensor once = at::gelu_backward(torch::ones_like(y), y);
  EXPECT_TRUE(torch::autograd::grad({once.sum()}, {y})[0].abs().sum().item<float>() > 0);
}

TEST(Names, TensorsPrintInLinesOfAnyLength) {
  std::ostringstream narrow, usual, plain;
  const torch::Tensor x = torch::arange(30.).view({1, 30});
  torch::print(narrow, x, 20);
  torch::print(usual, x);
  plain << x;
  EXPECT_EQ(usual.str(), plain.str());
  EXPECT_NE(narrow.str().find("Columns 1 to 5"), std::string::npos) << narrow.str();
  EXPECT_TRUE(torch::_shape_as_tensor(x).equal(torch::tensor({1, 30})));
  EXPECT_EQ(torch::numel(x), 30);
  EXPECT_EQ(torch::Tensor().numel(), 0);  // asked in place of defined()
}

TEST(Names, ScriptedModulesSayWhatToDo) {
  const std::string text = message([] {
    torch::jit::Module module = torch::jit::load("net.pt");
    for (const auto& child : module.named_children()) child.value.attr("weight").toTensor();
  });
  EXPECT_NE(text.find("TorchScript"), std::string::npos) << text;
}

// As PyTorch's own tests are written.
namespace reopened {
using namespace at;
TEST(Names, AtMayBeOpenedUp) {
  const Tensor x = ones({2, 2});
  EXPECT_EQ(x.index({indexing::Slice(0, 1)}).sizes(), IntArrayRef({1, 2}));
  EXPECT_EQ(at::cat({x, x}).size(0), 4);
}
}  // namespace reopened

TEST(Names, PickledDictsGiveWeights) {
  c10::Dict<c10::IValue, c10::IValue> written;
  written.insert("weight", torch::ones({2, 3}));
  const std::vector<char> bytes = torch::pickle_save(written);
  const c10::impl::GenericDict read = torch::pickle_load(bytes).toGenericDict();
  for (const auto& entry : read) {
    EXPECT_EQ(entry.key().toStringRef(), "weight");
    EXPECT_EQ(entry.value().toTensor().sizes(), (c10::SymIntArrayRef{2, 3}));
  }
  EXPECT_EQ(read.size(), 1u);
}

TEST(Names, CudaMayBeSeededWhereThereIsNone) {
  EXPECT_EQ(torch::cuda::cudnn_is_available(), torch::cuda::is_available());
  torch::manual_seed(1);
  const auto x = torch::rand({3});
  torch::manual_seed(1);
  if (!torch::cuda::is_available()) torch::cuda::manual_seed_all(2);
  EXPECT_TRUE(torch::rand({3}).equal(x));
}

TEST(Names, GraphsAndMemoryOfCuda) {
  at::cuda::CUDAGraph graph;
  EXPECT_ANY_THROW(graph.replay());
  EXPECT_NO_THROW(c10::cuda::CUDACachingAllocator::emptyCache());
  if (!torch::cuda::is_available()) {
    EXPECT_ANY_THROW(c10::cuda::CUDACachingAllocator::setMemoryFraction(0.5, 0));
  }
}

/// As torchvision's operators keep what backward needs.
struct Cropped : torch::autograd::Function<Cropped> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                torch::Tensor x, int64_t size, double scale,
                                                bool aligned) {
    context->saved_data["sizes"] = x.sizes();
    context->saved_data["size"] = size;
    context->saved_data["scale"] = scale;
    context->saved_data["aligned"] = aligned;
    context->saved_data["none"] = std::optional<double>();
    return {x.narrow(0, 0, size) * scale};
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto sizes = context->saved_data["sizes"].toIntList();
    EXPECT_EQ(context->saved_data["sizes"].to<std::vector<int64_t>>(), sizes.vec());
    EXPECT_TRUE(context->saved_data["aligned"].to<bool>());
    EXPECT_FALSE(context->saved_data["none"].toOptional<double>().has_value());
    torch::Tensor grad = torch::zeros({sizes[0], sizes[1]});
    grad.narrow(0, 0, context->saved_data["size"].toInt())
        .copy_(grads[0] * context->saved_data["scale"].toDouble());
    return {grad, torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

TEST(Names, ContextsKeepSizes) {
  const auto x = torch::ones({3, 2}, torch::requires_grad());
  Cropped::apply(x, 1, 2.0, true)[0].sum().backward();
  EXPECT_TRUE(x.grad().equal(torch::tensor({{2., 2.}, {0., 0.}, {0., 0.}}).to(torch::kFloat)));
}

TEST(Names, ErrorsWithoutBacktraceAreTheirText) {
  EXPECT_EQ(message([] { torch::ones({2}).item(); }),
            "a Tensor with 2 elements cannot be converted to Scalar");
  EXPECT_EQ(message([] { TORCH_CHECK(false, "[mine] is bad"); }), "[mine] is bad");
  EXPECT_EQ(message([] { C10_THROW_ERROR(ValueError, "[a] b"); }), "[a] b");
  EXPECT_EQ(message([] { TORCH_CHECK_EQ(1 + 1, 3); }), "Check failed: 1 + 1 == 3 (2 vs. 3). ");
  EXPECT_EQ(message([] { AT_ASSERTM(false, "m ", 2); }), "m 2");
  EXPECT_EQ(message([] { TORCH_CHECK_LT(1, 2); }), "nothing thrown");
  EXPECT_THROW(TORCH_CHECK_LINALG(false, "l"), c10::LinAlgError);
}

TEST(Names, DevicesThatAreNeverThere) {
  EXPECT_FALSE(torch::mps::is_available() || torch::xpu::is_available());
  EXPECT_EQ(c10::str(torch::Device(torch::kMPS), torch::Device("xpu:1"), torch::Device("hip")),
            "mpsxpu:1hip");
  EXPECT_TRUE(torch::Device("mps").is_mps());
  EXPECT_EQ(c10::DeviceTypeName(torch::kCUDA), "CUDA");
  EXPECT_EQ(c10::DeviceTypeName(torch::kXLA, /*lower_case=*/true), "xla");
  EXPECT_THROW(torch::ones({2}, torch::kMPS), c10::Error);
  EXPECT_THROW(torch::ones({2}).to(torch::kXPU), c10::Error);
  EXPECT_THROW(torch::empty({2}, torch::kHIP), c10::Error);
}

TEST(Names, OptionsKnowWhatWasSet) {
  const torch::TensorOptions none;
  const auto all = none.dtype<double>()
                       .device("cpu")
                       .layout(torch::kStrided)
                       .requires_grad(false)
                       .pinned_memory(false)
                       .memory_format(torch::MemoryFormat::Contiguous);
  EXPECT_FALSE(none.has_layout() || none.has_requires_grad() || none.has_pinned_memory());
  EXPECT_TRUE(all.has_layout() && all.has_requires_grad() && all.has_pinned_memory());
  EXPECT_TRUE(all.has_memory_format() && all.requires_grad_opt() == false);
  EXPECT_EQ(torch::requires_grad().merge_in(all).requires_grad(), false);
  EXPECT_EQ(all.merge_in(torch::dtype(torch::kInt)).dtype(), torch::kInt);
  EXPECT_EQ(torch::requires_grad().merge_in(none).requires_grad(), true);
  EXPECT_TRUE(torch::ones({1}).options().type_equal(torch::zeros({2}).options()));
  EXPECT_FALSE(torch::ones({1}).options().type_equal(all));
  std::ostringstream text;
  text << none << all << true;
  EXPECT_EQ(text.str(),
            "TensorOptions(dtype=float (default), device=cpu (default), layout=Strided (default), "
            "requires_grad=false (default), pinned_memory=false (default), "
            "memory_format=(nullopt))TensorOptions(dtype=double, device=cpu, layout=Strided, "
            "requires_grad=false, pinned_memory=false, memory_format=Contiguous)true");
}

TEST(Names, ComplexNumbersBecomeStds) {
  const c10::complex<double> z(1, 2);
  EXPECT_EQ(static_cast<std::complex<double>>(z), std::complex<double>(1, 2));
  EXPECT_EQ(static_cast<std::complex<float>>(z), std::complex<float>(1, 2));
  EXPECT_EQ(static_cast<c10::complex<float>>(z), c10::complex<float>(1, 2));
  EXPECT_EQ(at::Scalar(z).conj().toComplexDouble(), (c10::complex<double>(1, -2)));
  EXPECT_EQ(at::Scalar(2.5).conj().toDouble(), 2.5);
}

TEST(Names, NodesSayWhichOverloadTheyAreOf) {
  const auto x = torch::ones({2, 2}, torch::requires_grad());
  const auto name = [](const torch::Tensor& y) { return y.grad_fn()->name(); };
  EXPECT_EQ(name(x + 2), "AddBackward1");
  EXPECT_EQ(name(x + x), "AddBackward0");
  EXPECT_EQ(name(x - 2), "SubBackward1");
  EXPECT_EQ(name(x * 3), "MulBackward1");
  EXPECT_EQ(name(x * x), "MulBackward0");
  EXPECT_EQ(name(x / 3), "DivBackward1");
  EXPECT_EQ(name(1 / x), "DivBackward0");
  EXPECT_EQ(name(x.pow(2)), "PowBackward0");
  EXPECT_EQ(name(x.pow(x)), "PowBackward1");
  EXPECT_EQ(name(x.mean()), "MeanBackward0");
  EXPECT_EQ(name(x.mean(0)), "MeanBackward1");
  EXPECT_EQ(name(x.sum()), "SumBackward0");
  EXPECT_EQ(name(x.sum(0)), "SumBackward1");
  EXPECT_EQ(name(x.max()), "MaxBackward1");
  EXPECT_EQ(name(std::get<0>(x.max(0))), "MaxBackward0");
  EXPECT_EQ(name(x.mm(x)), "MmBackward0");
  EXPECT_EQ(name(x.clamp(0, 1)), "ClampBackward1");
  EXPECT_EQ(name(torch::layer_norm(x, {2})), "NativeLayerNormBackward0");
}

TEST(Names, ModulesAndValuesHaveLibTorchsNames) {
  EXPECT_EQ(torch::nn::Linear(1, 1)->name(), "torch::nn::LinearImpl");
  EXPECT_EQ(message([] { torch::nn::AnyValue(1).get<torch::Tensor>(); }),
            "Attempted to cast AnyValue to at::Tensor, but its actual type is int");
}

/// A module reads what it has of an archive that holds more; what it lacks is an error.
TEST(Names, ModulesTakeTheirPartOfAnArchive) {
  torch::nn::Sequential all(torch::nn::Linear(2, 2), torch::nn::ReLU(), torch::nn::Linear(2, 1));
  std::stringstream file;
  torch::save(all, file);
  torch::nn::Sequential first(torch::nn::Linear(2, 2));
  torch::load(first, file);
  EXPECT_TRUE(torch::equal(first->parameters()[0], all->parameters()[0]));
  std::stringstream less;
  torch::save(first, less);
  EXPECT_THROW(torch::load(all, less), c10::Error);
}

TEST(Names, PrecisionOfProducts) {
  auto& context = at::globalContext();
  const auto before = context.float32MatmulPrecision();
  context.setFloat32MatmulPrecision("high");
  EXPECT_EQ(context.float32MatmulPrecision(), at::Float32MatmulPrecision::HIGH);
  context.setFloat32MatmulPrecision(at::Float32MatmulPrecision::MEDIUM);
  EXPECT_EQ(context.float32MatmulPrecision(), at::Float32MatmulPrecision::MEDIUM);
  context.setFloat32MatmulPrecision(before);
}

TEST(Names, FlushesDenormalNumbersInThisThread) {
  EXPECT_EQ(at::globalContext().getNumGPUs(), static_cast<int64_t>(torch::cuda::device_count()));
  const volatile float small = 1e-30f;
  if (!at::Context::setFlushDenormal(true)) GTEST_SKIP() << "this processor cannot";
  const float flushed = small * 1e-10f;
  EXPECT_TRUE(at::globalContext().setFlushDenormal(false));
  const float kept = small * 1e-10f;
  EXPECT_EQ(flushed, 0);
  EXPECT_GT(kept, 0);
}

TEST(Names, FunctionsOfAllTheirOptions) {
  namespace F = torch::nn::functional;
  const auto x = torch::arange(16.).view({1, 1, 4, 4});
  EXPECT_TRUE(F::detail::dropout(x, 0.9, /*training=*/false, /*inplace=*/false).equal(x));
  EXPECT_TRUE(F::detail::dropout2d(x, 1.0, true, false).equal(torch::zeros_like(x)));
  EXPECT_EQ(F::detail::pad(x, {1, 0, 0, 2}, torch::kConstant, 7).sizes(),
            torch::IntArrayRef({1, 1, 6, 5}));
  EXPECT_TRUE(F::detail::interpolate(x, std::vector<int64_t>{2, 2}, {}, torch::kNearest, {}, {})
                  .equal(x.slice(2, 0, 4, 2).slice(3, 0, 4, 2)));
  const auto rows = torch::arange(6.).view({3, 2}).requires_grad_();
  F::detail::embedding(torch::tensor({0, 2}), rows, 2, {}, 2., false, false).sum().backward();
  EXPECT_TRUE(rows.grad().equal(torch::tensor({{1.f, 1.f}, {0.f, 0.f}, {0.f, 0.f}})));
}

}  // namespace
