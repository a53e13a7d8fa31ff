// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/draw.h"

#include <dlfcn.h>

#include "canvas/pictures.h"

namespace hearth::vision::draw {
namespace {

const canvas::Pictures& load() {
  // By its name: it lies beside this library, or wherever the program's run path leads.
  void* library = dlopen("libhearth_canvas.so", RTLD_NOW | RTLD_LOCAL);
  HEARTH_CHECK_AS(
      NotImplementedError, library,
      "[draw] needs libhearth_canvas.so, which is built where OpenCV is installed: ", dlerror());
  const auto pictures =
      reinterpret_cast<decltype(&hearth_pictures)>(dlsym(library, "hearth_pictures"));
  HEARTH_CHECK_AS(NotImplementedError, pictures, "[draw] ", dlerror());
  return *pictures();
}

const canvas::Pictures& pictures() {
  static const canvas::Pictures& loaded = load();
  return loaded;
}

}  // namespace

Tensor image_grid(const Tensor& images, const std::vector<Caption>& captions,
                  const std::string& headline, int64_t columns) {
  return pictures().image_grid(images, captions, headline, columns);
}

}  // namespace hearth::vision::draw
