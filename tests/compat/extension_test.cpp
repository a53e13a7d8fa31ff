// SPDX-License-Identifier: Apache-2.0
// What operators of one's own are written with: dispatch over types, threads, pointers, logging.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <ATen/AccumulateType.h>
#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <ATen/TensorUtils.h>
#include <c10/core/DeviceGuard.h>
#include <c10/util/Logging.h>
#include <c10/util/ScopeExit.h>
#include <c10/util/SmallVector.h>
#include <c10/util/Type.h>
#include <c10/util/env.h>
#include <c10/util/flat_hash_map.h>
#include <c10/util/intrusive_ptr.h>
#include <c10/util/tempfile.h>
#include <c10/util/variant.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/functions/basic_ops.h>
#include <torch/csrc/utils/memory.h>
#include <torch/csrc/utils/variadic.h>
#include <torch/detail/static.h>
#include <torch/torch.h>

namespace {

const std::vector<at::ScalarType> kAllTypes = {
    at::kBool, at::kByte,     at::kChar,  at::kShort,  at::kInt,          at::kLong,
    at::kHalf, at::kBFloat16, at::kFloat, at::kDouble, at::kComplexFloat, at::kComplexDouble};

/// The types for which `f` does not throw, each of which it must call by its size.
std::string accepted(const std::function<size_t(at::ScalarType)>& f) {
  std::string types;
  for (const at::ScalarType type : kAllTypes) {
    try {
      EXPECT_EQ(f(type), c10::elementSize(type)) << type;
      types += std::string(types.empty() ? "" : " ") + c10::toString(type);
    } catch (const c10::NotImplementedError& e) {
      EXPECT_EQ(std::string(e.what()),
                c10::str("\"kernel\" not implemented for '", c10::toString(type), "'"));
    }
  }
  return types;
}

#define ACCEPTED(MACRO, ...)                                                                   \
  accepted([](at::ScalarType type) {                                                           \
    return MACRO(__VA_ARGS__ __VA_OPT__(, ) type, "kernel", [&] { return sizeof(scalar_t); }); \
  })

TEST(Dispatch, ChoosesAmongTheTypesItNames) {
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_FLOATING_TYPES), "Float Double");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_FLOATING_TYPES_AND_HALF), "Half Float Double");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_REDUCED_FLOATING_TYPES), "Half BFloat16");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_INTEGRAL_TYPES), "Byte Char Short Int Long");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_ALL_TYPES), "Byte Char Short Int Long Float Double");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_COMPLEX_TYPES), "ComplexFloat ComplexDouble");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES),
            "Float Double ComplexFloat ComplexDouble");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_ALL_TYPES_AND_COMPLEX),
            "Byte Char Short Int Long Float Double ComplexFloat ComplexDouble");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_FLOATING_TYPES_AND, at::kBFloat16), "BFloat16 Float Double");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_FLOATING_TYPES_AND2, at::ScalarType::Half, at::kBFloat16),
            "Half BFloat16 Float Double");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_FLOATING_TYPES_AND5, at::kBool, at::kByte, at::kChar, at::kInt,
                     at::kLong),
            "Bool Byte Char Int Long Float Double");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_INTEGRAL_TYPES_AND, at::kBool), "Bool Byte Char Short Int Long");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_ALL_TYPES_AND3, at::kBool, at::kHalf, at::kBFloat16),
            "Bool Byte Char Short Int Long Half BFloat16 Float Double");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_COMPLEX_TYPES_AND2, at::kHalf, at::kFloat),
            "Half Float ComplexFloat ComplexDouble");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_FLOATING_AND_COMPLEX_TYPES_AND1, at::kHalf),
            "Half Float Double ComplexFloat ComplexDouble");
  EXPECT_EQ(ACCEPTED(AT_DISPATCH_ALL_TYPES_AND_COMPLEX_AND3, at::kHalf, at::kBFloat16, at::kBool),
            accepted([](at::ScalarType type) { return c10::elementSize(type); }));
}

TEST(Dispatch, TakesWhatNamesAType) {
  const torch::Tensor x = torch::ones({2}, torch::kDouble);
  const auto is_double = [](const auto& type) {
    return AT_DISPATCH_FLOATING_TYPES(type, "kernel",
                                      ([&] { return std::is_same_v<scalar_t, double>; }));
  };
  EXPECT_TRUE(is_double(x.scalar_type()));
  EXPECT_TRUE(is_double(x.dtype()));
  EXPECT_TRUE(is_double(x.type()));
  EXPECT_TRUE(is_double(x.options().dtype()));
  size_t bytes = 0;
  AT_DISPATCH_INDEX_TYPES(at::kInt, "kernel", [&] { bytes = sizeof(index_t); });
  EXPECT_EQ(bytes, 4u);
  EXPECT_THROW(AT_DISPATCH_INDEX_TYPES(at::kShort, "kernel", [&] { bytes = sizeof(index_t); }),
               c10::Error);
  const char* name = AT_DISPATCH_SWITCH(
      at::kBool, "kernel", AT_DISPATCH_CASE(at::kBool, [&] {
        return "bool";
      }) AT_DISPATCH_CASE_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, [&] { return "float"; }));
  EXPECT_STREQ(name, "bool");
}

TEST(Dispatch, TypesOfTypes) {
  EXPECT_TRUE((std::is_same_v<c10::ScalarTypeToCPPTypeT<at::kLong>, int64_t>));
  EXPECT_TRUE((std::is_same_v<c10::impl::ScalarTypeToCPPTypeT<at::kHalf>, c10::Half>));
  EXPECT_TRUE((std::is_same_v<at::opmath_type<at::BFloat16>, float>));
  EXPECT_TRUE((std::is_same_v<at::opmath_type<double>, double>));
  EXPECT_TRUE((std::is_same_v<at::acc_type<float, false>, double>));
  EXPECT_TRUE((std::is_same_v<at::acc_type<float, true>, float>));
  EXPECT_TRUE((std::is_same_v<at::acc_type<at::Half, false>, float>));
  EXPECT_TRUE((std::is_same_v<at::acc_type<int, false>, int64_t>));
  EXPECT_TRUE(c10::isIntegralType(at::kBool, true) && !c10::isIntegralType(at::kBool, false));
  EXPECT_TRUE(c10::isFloatingType(at::kHalf) && c10::isComplexType(at::kComplexFloat));
  EXPECT_EQ(c10::promoteTypes(at::kInt, at::kHalf), at::kHalf);
  EXPECT_FALSE(c10::canCast(at::kFloat, at::kInt));
  int types = 0;
#define COUNT(T, name) types += sizeof(T) == c10::elementSize(at::ScalarType::name);
  AT_FORALL_SCALAR_TYPES_AND3(Bool, Half, BFloat16, COUNT)
#undef COUNT
  EXPECT_EQ(types, 10);
}

TEST(Dispatch, TypePropertiesOfTensors) {
  const torch::Tensor x = torch::ones({2}, torch::kInt);
  EXPECT_EQ(c10::str(x.type()), "CPUIntType");
  EXPECT_EQ(x.type().scalarType(), torch::kInt);
  EXPECT_FALSE(x.type().is_cuda());
  EXPECT_TRUE(x.type() == torch::zeros({1}, torch::kInt).type());
  EXPECT_EQ(torch::zeros({1}, x.type()).dtype(), torch::kInt);
  EXPECT_TRUE(x.key_set().has(c10::DispatchKey::CPU));
  EXPECT_TRUE(x.key_set().has(c10::DispatchKey::AutogradCPU));
  EXPECT_FALSE(x.key_set().has_any({c10::DispatchKey::CUDA, c10::DispatchKey::Meta}));
  EXPECT_TRUE(torch::empty({1}, torch::kMeta).key_set().has(c10::DispatchKey::AutogradMeta));
  c10::InferenceMode guard;
  EXPECT_EQ(torch::ones({1}).key_set(), c10::DispatchKeySet(c10::DispatchKey::CPU));
  EXPECT_TRUE(c10::impl::tls_is_dispatch_keyset_excluded(c10::autograd_dispatch_keyset));
}

/// What `check` throws, as LibTorch says it; "" if nothing.
std::string thrown(const std::function<void()>& check) {
  try {
    check();
  } catch (const c10::Error& e) {
    return e.what_without_backtrace();
  }
  return "";
}

TEST(Arguments, ChecksSayWhatLibTorchSays) {
  const at::Tensor x = torch::ones({2, 3}), y = torch::ones({3, 2}, torch::kInt), z = x.t(), none;
  const at::TensorArg a{x, "x", 1}, b{y, "y", 2}, c{z, "z", 0}, same{x, "same", 3}, u{none, "u", 4};
  const std::string place = " (while checking arguments for fn)";
  EXPECT_EQ(
      thrown([&] { at::checkDim("fn", a, 3); }),
      "Expected 3-dimensional tensor, but got 2-dimensional tensor for argument #1 'x'" + place);
  EXPECT_EQ(thrown([&] { at::checkDimRange("fn", a, 3, 5); }),
            "Expected 3 to 4 dimensions, but got 2-dimensional tensor for argument #1 'x'" + place);
  EXPECT_EQ(thrown([&] { at::checkSameSize("fn", a, b); }),
            "Expected tensor for argument #1 'x' to have same size as tensor for argument #2 'y'; "
            "but [2, 3] does not equal [3, 2]" +
                place);
  EXPECT_EQ(thrown([&] { at::checkContiguous("fn", c); }),
            "Expected contiguous tensor, but got non-contiguous tensor for 'z'" + place);
  EXPECT_EQ(
      thrown([&] {
        at::checkSize("fn", a, {2, 4});
      }),
      "Expected tensor of size [2, 4], but got tensor of size [2, 3] for argument #1 'x'" + place);
  EXPECT_EQ(
      thrown([&] { at::checkSize("fn", a, 1, 4); }),
      "Expected tensor to have size 4 at dimension 1, but got size 3 for argument #1 'x'" + place);
  EXPECT_EQ(thrown([&] { at::checkNumel("fn", b, 4); }),
            "Expected tensor for argument #2 'y' to have 4 elements; but it actually has 6 "
            "elements" +
                place);
  EXPECT_EQ(thrown([&] {
              at::checkAllSameType("fn", {a, u, same, b});
            }),
            "Expected tensor for argument #1 'x' to have the same type as tensor for argument #2 "
            "'y'; but type CPUFloatType does not equal CPUIntType" +
                place);
  EXPECT_EQ(thrown([&] { at::checkScalarType("fn", a, at::kLong); }),
            "Expected tensor for argument #1 'x' to have scalar type Long; but got CPUFloatType "
            "instead" +
                place);
  EXPECT_NE(thrown([&] { at::checkAllSameGPU("fn", {a, same}); }), "");
  EXPECT_NE(thrown([&] { at::checkDefined("fn", u); }), "");
  EXPECT_NE(thrown([&] { at::checkDeviceType("fn", {x}, at::kCUDA); }), "");
  EXPECT_EQ(thrown([&] {
              at::checkAllContiguous("fn", {a, b, u});
              at::checkAllDefined("fn", {a, b});
              at::checkAllSameNumel("fn", {a, b, c, u});
              at::checkAllSameSize("fn", {a, same, u});
              at::checkSameDim("fn", a, b);
              at::checkDim("fn", a, 2);
              at::checkDimRange("fn", a, 2, 3);
              at::checkDeviceType("fn", {x, none}, at::kCPU);
            }),
            "");
}

TEST(Arguments, GuardsOfAnyDevice) {
  const at::Tensor x = torch::ones({2});
  EXPECT_EQ(device_of(x), std::optional<at::Device>(at::kCPU));
  EXPECT_EQ(at::device_of(at::Tensor()), std::nullopt);
  const c10::DeviceGuard guard(x.device());
  EXPECT_EQ(guard.current_device(), at::Device(at::kCPU));
  const c10::OptionalDeviceGuard started(device_of(x)), idle;
  EXPECT_EQ(started.original_device(), std::optional<at::Device>(at::kCPU));
  EXPECT_EQ(idle.current_device(), std::nullopt);
}

TEST(Parallel, ReducesInOrderOnAnyThreads) {
  const auto concat = [] {
    return at::parallel_reduce(
        3, 5000, 7, std::string(),
        [](int64_t begin, int64_t end, std::string text) {
          for (int64_t i = begin; i < end; ++i) text += static_cast<char>('a' + i % 26);
          return text;
        },
        [](const std::string& a, const std::string& b) { return a + b; });
  };
  std::string want;
  for (int i = 3; i < 5000; ++i) want += static_cast<char>('a' + i % 26);
  const int threads = at::get_num_threads();
  for (const int n : {1, 3}) {
    at::set_num_threads(n);
    EXPECT_EQ(concat(), want);
  }
  at::set_num_threads(threads);
  const auto any = [](int64_t b, int64_t e, bool found) { return found || (b <= 99 && 99 < e); };
  EXPECT_TRUE(at::parallel_reduce(0, 100, 1, false, any, std::logical_or<bool>()));
  EXPECT_EQ(at::parallel_reduce(
                5, 5, 1, 42, [](int64_t, int64_t, int) { return 0; }, std::plus<int>()),
            42);
}

TEST(Parallel, NumbersItsThreads) {
  EXPECT_EQ(at::get_thread_num(), 0);
  EXPECT_FALSE(at::in_parallel_region());
  const int threads = at::get_num_threads();
  at::set_num_threads(3);
  std::vector<int> numbers(64, -1);
  at::parallel_for(0, 64, 1, [&](int64_t begin, int64_t end) {
    for (const auto i : c10::irange(begin, end))
      numbers[static_cast<size_t>(i)] = at::get_thread_num();
  });
  at::set_num_threads(threads);
  for (const int n : numbers) EXPECT_TRUE(n >= 0 && n < 3) << n;
  EXPECT_EQ(at::divup(7, 3), 3);
}

struct Counted : c10::intrusive_ptr_target {
  explicit Counted(int& alive_) : alive(alive_) { ++alive; }
  ~Counted() override { --alive; }
  int& alive;
};
struct CountedMore : Counted {
  using Counted::Counted;
};

TEST(Util, IntrusivePointersCount) {
  int alive = 0;
  {
    auto p = c10::make_intrusive<CountedMore>(alive);
    c10::intrusive_ptr<Counted> q = p;
    EXPECT_EQ(p.use_count(), 2u);
    EXPECT_TRUE(p == q && q != nullptr);
    auto r = c10::intrusive_ptr<Counted>::reclaim(q.release());
    EXPECT_FALSE(q);
    EXPECT_EQ(r.use_count(), 2u);
    p.reset();
    EXPECT_TRUE(r.unique());
    r = c10::make_intrusive<Counted>(alive);
    EXPECT_EQ(alive, 1);
    q = std::move(r);
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Util, ChecksThrowAndLogsWrite) {
  EXPECT_NO_THROW(CHECK(true) << "unused");
  EXPECT_NO_THROW(CHECK_EQ(2, 2));
  try {
    CHECK_LT(3, 2) << "three";
    FAIL();
  } catch (const c10::Error& e) {
    EXPECT_NE(std::string(e.what()).find("Check failed: 3 < 2 (3 vs. 2) three"), std::string::npos)
        << e.what();
  }
  EXPECT_THROW(LOG(FATAL) << "end", c10::Error);
  testing::internal::CaptureStderr();
  if (alignof(int) == 0)
    LOG(INFO) << "never";
  else
    LOG(WARNING) << "seen " << 1;
  VLOG(2) << "unseen";
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("seen 1"), std::string::npos);
  EXPECT_EQ(text.find("never"), std::string::npos);
  EXPECT_EQ(text.find("unseen"), std::string::npos);
}

TEST(Util, TemporaryFilesGoWithTheirObjects) {
  std::string name;
  {
    c10::TempFile file = c10::make_tempfile("hearth-");
    name = file.name;
    EXPECT_NE(name.find("hearth-"), std::string::npos);
    EXPECT_TRUE(std::ifstream(name).good());
    const c10::TempFile other = std::move(file);
    EXPECT_TRUE(std::ifstream(other.name).good());
    const c10::TempDir folder = c10::make_tempdir();
    EXPECT_TRUE(std::ifstream(folder.name).good());
  }
  EXPECT_FALSE(std::ifstream(name).good());
}

TEST(Util, ContainersAndSmallThings) {
  c10::SmallVector<int, 2> v = {1, 2};
  v.append({3, 4});
  v.append(2, 5);
  EXPECT_EQ(c10::SmallVector<int64_t>(torch::ones({2, 3}).sizes()).size(), 2u);
  EXPECT_EQ(v.pop_back_val(), 5);
  EXPECT_EQ((std::vector<int>(v)), (std::vector<int>{1, 2, 3, 4, 5}));
  ska::flat_hash_map<std::string, int> map{{"a", 1}};
  EXPECT_EQ(map.at("a"), 1);
  const c10::variant<int, std::string> either = std::string("x");
  EXPECT_EQ(*c10::get_if<std::string>(&either), "x");
  EXPECT_STREQ(c10::demangle_type<torch::nn::LinearImpl>(), "hearth::nn::LinearImpl");
  int left = 0;
  {
    const auto leave = c10::make_scope_exit([&] { ++left; });
    auto stay = c10::make_scope_exit([&] { left += 10; });
    stay.release();
  }
  EXPECT_EQ(left, 1);
  c10::utils::set_env("HEARTH_COMPAT_TEST", "1");
  EXPECT_EQ(c10::utils::check_env("HEARTH_COMPAT_TEST"), true);
  EXPECT_EQ(c10::utils::get_env("HEARTH_COMPAT_NONE"), std::nullopt);
  EXPECT_EQ(*torch::make_unique<int>(3), 3);
  std::vector<int> seen;
  torch::apply([&](int i) { seen.push_back(i); }, 1, 2, 3);
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_TRUE((torch::all_of<true, true>::value) && !(torch::any_of<false>::value));
  EXPECT_EQ(TORCH_VERSION,
            c10::str(TORCH_VERSION_MAJOR, ".", TORCH_VERSION_MINOR, ".", TORCH_VERSION_PATCH));
}

struct NoForward : torch::nn::Module {};

TEST(Util, StaticQuestions) {
  EXPECT_TRUE(torch::detail::is_module<torch::nn::LinearImpl>::value);
  EXPECT_TRUE((torch::detail::check_not_lvalue_references<int, float>()));
  EXPECT_FALSE((torch::detail::check_not_lvalue_references<int, float&>()));
  EXPECT_TRUE(std::is_void_v<torch::detail::return_type_of_forward_t<NoForward>>);
  EXPECT_TRUE(
      (std::is_same_v<torch::detail::return_type_of_forward_t<torch::nn::LinearImpl, torch::Tensor>,
                      torch::Tensor>));
}

TEST(Autograd, OldGuardsRecordNothing) {
  const torch::Tensor x = torch::ones({2}, torch::requires_grad());
  {
    at::AutoNonVariableTypeMode guard;
    EXPECT_FALSE((x * 2).requires_grad());
    at::AutoNonVariableTypeMode off(false);
    EXPECT_FALSE((x * 2).requires_grad());
  }
  EXPECT_TRUE((x * 2).requires_grad());
  at::AutoDispatchBelowADInplaceOrView guard;
  EXPECT_FALSE((x * 2).requires_grad());
}

TEST(Autograd, UndefinedGradStopsGradients) {
  const torch::Tensor x = torch::ones({2}, torch::requires_grad());
  const torch::Tensor y = torch::autograd::UndefinedGrad().apply({x * 2})[0];
  EXPECT_TRUE(y.equal(torch::full({2}, 2.)));
  EXPECT_TRUE(y.requires_grad());
  (y.sum() + x.sum()).backward();
  EXPECT_TRUE(x.grad().equal(torch::ones({2})));
}

/// Counts what is told to it.
struct Watched : c10::intrusive_ptr_target {
  explicit Watched(std::string* text) : log(text) {}
  ~Watched() override { *log += "gone "; }
  void release_resources() override { *log += "released "; }
  std::string* log;
};

TEST(Util, WeakPointersDoNotKeep) {
  std::string log;
  auto strong = c10::make_intrusive<Watched>(&log);
  EXPECT_EQ(strong.weak_use_count(), 1u);
  {
    c10::weak_intrusive_ptr<Watched> weak(strong);
    const c10::weak_intrusive_ptr<Watched> copy = weak;
    EXPECT_EQ(copy, weak);
    EXPECT_EQ(weak.use_count(), 1u);
    EXPECT_EQ(weak.lock(), strong);
    EXPECT_EQ(strong.use_count(), 1u);
    strong.reset();
    EXPECT_EQ(log, "released ");
    EXPECT_TRUE(weak.expired());
    EXPECT_FALSE(weak.lock());
    weak.reset();
    EXPECT_EQ(log, "released ");
  }
  EXPECT_EQ(log, "released gone ");
  c10::make_intrusive<Watched>(&log).reset();
  EXPECT_EQ(log, "released gone gone ");
}

TEST(Util, HalvesHaveLimitsAndGrow) {
  using Half = std::numeric_limits<c10::Half>;
  using BFloat16 = std::numeric_limits<c10::BFloat16>;
  EXPECT_TRUE(Half::is_specialized && Half::has_infinity && !Half::is_integer);
  EXPECT_EQ(float(Half::max()), 65504.f);
  EXPECT_EQ(float(Half::lowest()), -65504.f);
  EXPECT_EQ(float(Half::min()), 0x1p-14f);
  EXPECT_EQ(float(Half::epsilon()), 0x1p-10f);
  EXPECT_EQ(float(Half::denorm_min()), 0x1p-24f);
  EXPECT_TRUE(std::isinf(float(Half::infinity())) && std::isnan(float(Half::quiet_NaN())));
  EXPECT_EQ(float(BFloat16::max()), 0x1.FEp127f);
  EXPECT_EQ(float(BFloat16::lowest()), -0x1.FEp127f);
  EXPECT_EQ(float(BFloat16::min()), 0x1p-126f);
  EXPECT_EQ(float(BFloat16::epsilon()), 0x1p-7f);
  EXPECT_TRUE(std::isinf(float(BFloat16::infinity())) && std::isnan(float(BFloat16::quiet_NaN())));
  c10::Half h = 2;
  h += 1.5f;
  h *= h;
  h /= 2;
  h -= c10::Half(0.125f);
  EXPECT_EQ(float(h), 6.f);
  c10::BFloat16 b = 1;
  b += b;
  EXPECT_EQ(float(b), 2.f);
}

TEST(Util, TensorsAreMadeOfMemoryInSteps) {
  float data[] = {0, 1, 2, 3, 4, 5};
  EXPECT_TRUE(at::for_blob(data, {2, 3}).make_tensor().equal(at::arange(6.f).view({2, 3})));
  int freed = 0;
  {
    const at::Tensor t = at::for_blob(data, {2, 2})
                             .strides(at::IntArrayRef({1, 2}))
                             .storage_offset(1)
                             .deleter([&](void* p) { freed += p == data; })
                             .options(at::kFloat)
                             .make_tensor();
    EXPECT_EQ(t[1][1].item<float>(), 4.f);
    EXPECT_EQ(freed, 0);
  }
  EXPECT_EQ(freed, 1);
}

TEST(Util, ListsTakeAndLoseElements) {
  c10::List<int64_t> list({1, 2, 3});
  EXPECT_EQ(*list.insert(list.begin(), 7), 7);
  EXPECT_EQ(*list.erase(list.begin() + 1), 2);
  EXPECT_EQ(list.vec(), (std::vector<int64_t>{7, 2, 3}));
  const at::IntArrayRef sizes = list;
  EXPECT_EQ(std::vector<int64_t>(sizes.rbegin(), sizes.rend()), (std::vector<int64_t>{3, 2, 7}));
  EXPECT_TRUE(sizes.allMatch([](int64_t n) { return n > 1; }));
  EXPECT_FALSE(sizes.allMatch([](int64_t n) { return n > 2; }));
}

/// The options of an optimizer of one's own, with LibTorch's macros.
struct StepOptions : torch::optim::OptimizerCloneableOptions<StepOptions> {
  using betas_t = std::tuple<double, double>;
  TORCH_ARG(double, lr) = 0.5;
  TORCH_ARG(betas_t, betas) = std::make_tuple(0.9, 0.99);
  TORCH_ARG(bool, fast) = false;
  TORCH_ARG(std::optional<int64_t>, every) = 3;
  TORCH_ARG(torch::Tensor, mean) = {};

 public:
  void serialize(torch::serialize::OutputArchive& archive) const override {
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(lr);
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(betas);
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(fast);
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(every);
    _TORCH_OPTIM_SERIALIZE_TORCH_ARG(mean);
  }
  void serialize(torch::serialize::InputArchive& archive) override {
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(double, lr);
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(betas_t, betas);
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(bool, fast);
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG_OPTIONAL(int64_t, every);
    _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(torch::Tensor, mean);
  }
  double get_lr() const override { return lr(); }
  void set_lr(double lr) override { this->lr(lr); }
};

TEST(Optim, OptionsOfOnesOwnAreKept) {
  StepOptions options;
  options.lr(0.25).betas({0.5, 0.75}).fast(true).every(std::nullopt);
  torch::serialize::OutputArchive out;
  options.serialize(out);
  std::stringstream file;
  out.save_to(file);
  torch::serialize::InputArchive in;
  in.load_from(file);
  StepOptions read;
  read.serialize(in);
  EXPECT_EQ(read.lr(), 0.25);
  EXPECT_EQ(read.betas(), std::make_tuple(0.5, 0.75));
  EXPECT_TRUE(read.fast());
  EXPECT_FALSE(read.every().has_value());
  EXPECT_FALSE(read.mean().defined());
}

TEST(Archives, KeepListsAndTuples) {
  torch::serialize::OutputArchive out;
  out.write("ints", c10::IValue(std::vector<int64_t>{1, 2}));
  out.write("doubles", c10::IValue(std::vector<double>{1.5}));
  out.write("tensors", c10::IValue(std::vector<at::Tensor>{at::ones({2}), at::zeros({1})}));
  out.write("tuple", c10::IValue(std::make_tuple(int64_t{3}, std::string("x"))));
  out.write("bytes", at::arange(40).to(at::kByte));
  std::stringstream file;
  out.save_to(file);
  torch::serialize::InputArchive in;
  in.load_from(file);
  const auto value = [&](const char* key) {
    c10::IValue v;
    in.read(key, v);
    return v;
  };
  EXPECT_EQ(value("ints").toIntVector(), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(value("doubles").toDoubleVector(), std::vector<double>{1.5});
  EXPECT_TRUE(value("tensors").toTensorVector().at(0).equal(at::ones({2})));
  using Pair = std::tuple<int64_t, std::string>;
  EXPECT_EQ(value("tuple").to<Pair>(), Pair(3, "x"));
  EXPECT_THROW(value("tuple").to<std::tuple<int64_t>>(), c10::Error);
  EXPECT_TRUE(value("bytes").isTensor());
}

TEST(Macros, JoinAndQuote) {
  const int C10_CONCATENATE(one, two) = 12;
  EXPECT_EQ(onetwo, 12);
  EXPECT_STREQ(C10_STRINGIZE(C10_CONCATENATE(a, b)), "ab");
  std::ifstream nothing;
  EXPECT_FALSE(nothing.is_open());
}

}  // namespace
