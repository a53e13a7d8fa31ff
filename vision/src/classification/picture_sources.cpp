// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/picture_sources.h"

#include <algorithm>
#include <utility>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/io/image.h"

namespace hearth::vision {
namespace {

class Subset final : public PictureSource {
 public:
  Subset(PictureSourcePtr source, std::vector<size_t> indices)
      : source_(std::move(source)), indices_(std::move(indices)) {
    const size_t n = source_->size();
    for (const size_t i : indices_)
      HEARTH_CHECK_AS(IndexError, i < n, "[subset] index ", i, " of a source of ", n, " pictures");
  }
  size_t size() const override { return indices_.size(); }
  const std::vector<std::string>& classes() const override { return source_->classes(); }
  int64_t target(size_t index) const override { return source_->target(at(index)); }
  std::string name(size_t index) const override { return source_->name(at(index)); }
  Tensor encoded(size_t index) const override { return source_->encoded(at(index)); }
  Tensor picture(size_t index) const override { return source_->picture(at(index)); }

 private:
  size_t at(size_t index) const {
    HEARTH_CHECK_AS(IndexError, index < indices_.size(), "[subset] picture ", index, " of ",
                    indices_.size());
    return indices_[index];
  }
  PictureSourcePtr source_;
  std::vector<size_t> indices_;
};

class Concatenated final : public PictureSource {
 public:
  explicit Concatenated(std::vector<PictureSourcePtr> sources) : sources_(std::move(sources)) {
    HEARTH_CHECK_AS(ValueError, !sources_.empty(), "[concatenated] expected a source, got none");
    size_t end = 0;
    for (const PictureSourcePtr& source : sources_) {
      HEARTH_CHECK_AS(ValueError, source->classes() == classes(), "[concatenated] source ",
                      ends_.size(), " has ", source->classes().size(),
                      " classes, which are not the ", classes().size(), " of the first");
      ends_.push_back(end += source->size());
    }
  }
  size_t size() const override { return ends_.back(); }
  const std::vector<std::string>& classes() const override { return sources_[0]->classes(); }
  int64_t target(size_t index) const override {
    const auto [source, at] = find(index);
    return source->target(at);
  }
  std::string name(size_t index) const override {
    const auto [source, at] = find(index);
    return source->name(at);
  }
  Tensor encoded(size_t index) const override {
    const auto [source, at] = find(index);
    return source->encoded(at);
  }
  Tensor picture(size_t index) const override {
    const auto [source, at] = find(index);
    return source->picture(at);
  }

 private:
  std::pair<const PictureSource*, size_t> find(size_t index) const {
    const auto which =
        static_cast<size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
    HEARTH_CHECK_AS(IndexError, which < ends_.size(), "[concatenated] picture ", index, " of ",
                    size());
    return {sources_[which].get(), which == 0 ? index : index - ends_[which - 1]};
  }
  std::vector<PictureSourcePtr> sources_;
  std::vector<size_t> ends_;
};

/// What is wrong with a picture; empty if nothing.
std::string complaint(const PictureSource& source, size_t index) {
  try {
    // All of a JPEG is read for an eighth of its size, which takes less time than the whole.
    io::DecodeOptions quick;
    quick.jpeg_scale = 8;
    const Tensor bytes = source.encoded(index);
    if (bytes.defined()) {
      io::decode_image(bytes, quick);
      return "";
    }
  } catch (const Error&) {
    // The source's own words name the picture.
  }
  try {
    source.picture(index);
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

}  // namespace

Tensor targets(const PictureSource& source) {
  Tensor out = empty({static_cast<int64_t>(source.size())}, kLong);
  auto* to = out.data_ptr<int64_t>();
  for (size_t i = 0; i < source.size(); ++i) to[i] = source.target(i);
  return out;
}

PictureSourcePtr subset(PictureSourcePtr source, std::vector<size_t> indices) {
  return std::make_shared<Subset>(std::move(source), std::move(indices));
}

PictureSourcePtr concatenated(std::vector<PictureSourcePtr> sources) {
  return std::make_shared<Concatenated>(std::move(sources));
}

PictureSourcePtr without_broken(PictureSourcePtr source, BrokenPictures* broken) {
  const auto n = static_cast<int64_t>(source->size());
  // Empty: whole.
  std::vector<std::string> complaints(source->size());
  Progress progress(ProgressOptions("checking").unit("pictures").total(n));
  parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      complaints[i] = complaint(*source, i);
      progress.advance();
    }
  });
  progress.finish();
  BrokenPictures found;
  std::vector<size_t> whole;
  constexpr size_t kNamed = 5;
  for (size_t i = 0; i < complaints.size(); ++i) {
    if (complaints[i].empty()) {
      whole.push_back(i);
    } else if (found.count++ < kNamed) {
      found.first.push_back(std::move(complaints[i]));
    }
  }
  if (broken == nullptr && found.count > 0) {
    std::string text =
        cat_str("left out ", found.count, " of ", n, " pictures, which cannot be read; the first:");
    for (const std::string& complaint : found.first) text += "\n  " + complaint;
    Progress::print(text);
  }
  const bool all = found.count == 0;
  if (broken != nullptr) *broken = std::move(found);
  return all ? source : subset(std::move(source), std::move(whole));
}

}  // namespace hearth::vision
