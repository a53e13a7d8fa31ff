// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/summary.h"

#include <algorithm>
#include <ostream>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/interceptors/flop_counter.h"
#include "hearth/nn/eval_guard.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"

namespace hearth::vision::models {
namespace {

/// "hearth::nn::Conv2dImpl" is Conv2d.
std::string short_type(const std::string& name) {
  const size_t colon = name.rfind(':');
  std::string type = colon == std::string::npos ? name : name.substr(colon + 1);
  if (type.ends_with("Impl")) type.resize(type.size() - 4);
  return type;
}

int64_t count(const std::vector<Tensor>& parameters) {
  int64_t n = 0;
  for (const Tensor& p : parameters) n += p.numel();
  return n;
}

/// 11,689,512
std::string grouped(int64_t n) {
  std::string text = std::to_string(n);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string shape(const std::vector<int64_t>& sizes) {
  std::string text = "[";
  for (size_t d = 0; d < sizes.size(); ++d) text += cat_str(d > 0 ? ", " : "", sizes[d]);
  return text + "]";
}

/// Lists and dicts never run themselves; they get what the modules in them cost.
void add_up_containers(std::vector<ModuleSummary>& modules) {
  for (size_t i = modules.size(); i-- > 0;) {
    if (!modules[i].output.empty()) continue;
    for (size_t j = i + 1; j < modules.size() && modules[j].depth > modules[i].depth; ++j)
      if (modules[j].depth == modules[i].depth + 1) modules[i].macs += modules[j].macs;
  }
}

/// Keys of hooks, with the modules they are on.
class Hooks {
 public:
  Hooks() = default;
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;
  ~Hooks() {
    for (const auto& [module, key] : keys_) module->remove_hook(key);
  }
  void before(nn::Module& module, nn::ForwardPreHook hook) {
    keys_.emplace_back(&module, module.register_forward_pre_hook(std::move(hook)));
  }
  void after(nn::Module& module, nn::ForwardHook hook) {
    keys_.emplace_back(&module, module.register_forward_hook(std::move(hook)));
  }

 private:
  std::vector<std::pair<nn::Module*, unsigned>> keys_;
};

}  // namespace

Summary summary(ImageClassifierImpl& model, const Tensor& images) {
  const NoGradGuard no_grad;
  Summary result;
  const auto modules = model.named_modules();
  for (const auto& item : modules) {
    const std::string& path = item.key();
    const auto dots = std::count(path.begin(), path.end(), '.');
    result.modules.push_back({path,
                              short_type(item.value()->name()),
                              path.empty() ? 0 : static_cast<int64_t>(dots) + 1,
                              {},
                              count(item.value()->parameters()),
                              0});
  }
  const profiler::FlopCounter counter;
  {
    Hooks hooks;
    size_t at = 0;
    for (const auto& item : modules) {
      ModuleSummary& row = result.modules[at++];
      if (row.path.empty()) continue;
      hooks.before(*item.value(), [&row, &counter](nn::Module&, std::vector<Tensor>&) {
        row.macs -= counter.macs();
      });
      hooks.after(*item.value(), [&row, &counter](nn::Module&, const std::vector<Tensor>&,
                                                  std::vector<Tensor>& out) {
        row.macs += counter.macs();
        if (row.output.empty() && !out.empty()) row.output = out[0].sizes().vec();
      });
    }
    result.modules[0].output = model.forward(images).sizes().vec();
  }
  result.macs = result.modules[0].macs = counter.macs();
  add_up_containers(result.modules);
  result.parameters = result.modules[0].parameters;
  for (const Tensor& p : model.parameters())
    if (p.requires_grad()) result.trainable += p.numel();
  return result;
}

Summary summary(const std::string& name, const ModelOptions& options) {
  const DefaultDeviceGuard meta(kMeta);
  const nn::init::SkipGuard unset;
  const auto model = create_model(name, options);
  model->eval();
  const auto [height, width] = options.image_size();
  return summary(*model, empty({1, options.in_channels(), height, width}));
}

std::string Summary::table(int64_t depth) const {
  std::vector<std::vector<std::string>> rows{
      {"module", "type", "output", "parameters", "multiplications"}};
  for (const ModuleSummary& m : modules) {
    if (m.depth > depth) continue;
    const std::string indent(static_cast<size_t>(2 * m.depth), ' ');
    const size_t dot = m.path.rfind('.');
    const std::string name = dot == std::string::npos ? m.path : m.path.substr(dot + 1);
    rows.push_back({m.path.empty() ? "(all)" : indent + name, m.type,
                    m.output.empty() ? "-" : shape(m.output), grouped(m.parameters),
                    grouped(m.macs)});
  }
  std::vector<size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::string text;
  for (const auto& row : rows) {
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string gap(widths[c] - row[c].size(), ' ');
      const bool number = c >= 3;
      text += cat_str(c > 0 ? "  " : "", number ? gap + row[c] : row[c] + gap);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text + cat_str("parameters: ", grouped(parameters), ", trainable: ", grouped(trainable),
                        ", multiplications: ", grouped(macs), "\n");
}

std::ostream& operator<<(std::ostream& stream, const Summary& summary) {
  return stream << summary.table();
}

}  // namespace hearth::vision::models
