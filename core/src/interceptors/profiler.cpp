// SPDX-License-Identifier: Apache-2.0
#include "hearth/interceptors/profiler.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"

#include "dispatch/interceptor.h"

namespace hearth::profiler {

namespace {

using Clock = std::chrono::steady_clock;

struct Event {
  std::string name;
  std::string shapes;
  double start_us = 0;
  double total_us = 0;
  double inside_us = 0;  ///< of events within this one
  int64_t bytes = 0;
  bool op = false;
};

std::string shapes_of(Args in) {
  std::string s;
  for (size_t i = 0; i < in.size(); ++i) {
    if (i) s += ", ";
    if (in[i].defined()) detail::append(s, impl(in[i]).sizes.ref());
  }
  return s;
}

std::string escaped(const std::string& s) {
  std::string out;
  for (char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

}  // namespace

/// Ops, backward's nodes and the user's ranges nest in one another.
struct Profiler::Impl final : Interceptor {
  explicit Impl(bool with_shapes) : record_shapes(with_shapes) { scope.emplace(*this); }

  void stop() {
    scope.reset();
    close(0);
  }

  void begin_range(std::string_view name) override {
    Event e;
    e.name = name;
    e.start_us = now();
    open.push_back(std::move(e));
  }
  void end_range() override {
    if (!open.empty()) close(open.size() - 1);
  }
  /// Ends all but the outermost `count` of what is open.
  void close(size_t count) {
    while (open.size() > count) {
      Event e = std::move(open.back());
      open.pop_back();
      e.total_us = now() - e.start_us;
      if (!open.empty()) open.back().inside_us += e.total_us;
      events.push_back(std::move(e));
    }
  }

  void intercept(const Invocation& call) override {
    struct Closer {
      Impl& impl;
      const size_t depth = impl.open.size();
      ~Closer() { impl.close(depth); }
    };
    const Closer closer{*this};
    begin_range(call.op.info.name);
    Event& e = open.back();
    e.op = true;
    if (record_shapes) e.shapes = shapes_of(call.in);
    e.start_us = now();
    next(call);
    // A hook may have stopped the profile.
    if (!scope || call.bind != Bind::Fresh || call.op.info.is_view()) return;
    for (const Tensor& t : call.out)
      if (t.defined()) open.back().bytes += static_cast<int64_t>(t.nbytes());
  }

  double now() const {
    return std::chrono::duration<double, std::micro>(Clock::now() - origin).count();
  }

  const bool record_shapes;
  const Clock::time_point origin = Clock::now();
  std::optional<Scope> scope;
  std::vector<Event> open, events;
};

Profiler::Profiler(bool record_shapes) : impl_(std::make_unique<Impl>(record_shapes)) {}
Profiler::~Profiler() = default;
void Profiler::stop() { impl_->stop(); }

std::vector<Average> Profiler::key_averages(bool group_by_shapes) const {
  std::map<std::pair<std::string, std::string>, Average> groups;
  for (const Event& e : impl_->events) {
    const std::string shapes = group_by_shapes ? e.shapes : std::string();
    Average& a = groups[{e.name, shapes}];
    a.name = e.name;
    a.shapes = shapes;
    ++a.calls;
    a.total_us += e.total_us;
    a.self_us += e.total_us - e.inside_us;
    a.bytes += e.bytes;
  }
  std::vector<Average> out;
  for (auto& [key, average] : groups) out.push_back(std::move(average));
  std::stable_sort(out.begin(), out.end(),
                   [](const Average& a, const Average& b) { return a.self_us > b.self_us; });
  return out;
}

std::string Profiler::table(size_t rows, bool group_by_shapes) const {
  const std::vector<Average> averages = key_averages(group_by_shapes);
  double all = 0;
  size_t width = 4;
  for (const Average& a : averages) all += a.self_us;
  for (size_t i = 0; i < std::min(rows, averages.size()); ++i)
    width = std::max(width, averages[i].name.size());
  std::string out;
  char line[512];
  const auto add = [&](const char* name, const char* rest, const std::string& shapes) {
    std::snprintf(line, sizeof line, "%-*.*s %s", static_cast<int>(width), static_cast<int>(width),
                  name, rest);
    out += line;
    if (!shapes.empty()) out += "  " + shapes;
    out += '\n';
  };
  char rest[256];
  std::snprintf(rest, sizeof rest, "%7s %12s %12s %12s %8s %12s", "self %", "self us", "total us",
                "average us", "calls", "MB");
  add("name", rest, group_by_shapes ? "shapes of inputs" : "");
  for (size_t i = 0; i < std::min(rows, averages.size()); ++i) {
    const Average& a = averages[i];
    std::snprintf(rest, sizeof rest, "%6.2f%% %12.1f %12.1f %12.2f %8lld %12.2f",
                  all > 0 ? 100 * a.self_us / all : 0.0, a.self_us, a.total_us,
                  a.total_us / static_cast<double>(a.calls), static_cast<long long>(a.calls),
                  static_cast<double>(a.bytes) / 1e6);
    add(a.name.c_str(), rest, a.shapes);
  }
  std::snprintf(line, sizeof line, "total self time: %.3f ms in %zu events\n", all / 1e3,
                impl_->events.size());
  return out + line;
}

void Profiler::export_chrome_trace(const std::string& path) const {
  std::string json = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
  json +=
      "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"tid\":1,\"args\":{\"name\":\"hearth\"}}";
  char numbers[128];
  for (const Event& e : impl_->events) {
    std::snprintf(numbers, sizeof numbers, "\"ts\":%.3f,\"dur\":%.3f", e.start_us, e.total_us);
    json += ",\n{\"name\":\"" + escaped(e.name) + "\",\"cat\":\"" + (e.op ? "op" : "range") +
            "\",\"ph\":\"X\",\"pid\":1,\"tid\":1," + numbers + ",\"args\":{\"shapes\":\"" +
            escaped(e.shapes) + "\",\"bytes\":" + std::to_string(e.bytes) + "}}";
  }
  json += "\n]}\n";
  write_file_atomically(path, json);
}

RecordFunction::RecordFunction(const char* name) : range_(InterceptedRange::begin(name)) {}
RecordFunction::RecordFunction(const std::string& name) : RecordFunction(name.c_str()) {}
RecordFunction::~RecordFunction() { InterceptedRange::end(range_); }

}  // namespace hearth::profiler
