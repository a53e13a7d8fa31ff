// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "hearth/ops/pointwise.h"
#include "hearth/vision/io/image.h"

#include "common/plot/scene.h"
#include "common/utf8.h"

namespace plot {
namespace {

std::string hex(Color c) { return fmt::format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b); }

/// Two decimals are a hundredth of a pixel.
std::string number(double v) {
  std::string text = fmt::format("{:.2f}", v);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : valid_utf8(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (static_cast<unsigned char>(c) >= ' ')
      out += c;
  }
  return out;
}

std::string base64(const uint8_t* bytes, size_t size) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < size; i += 3) {
    const uint32_t group = static_cast<uint32_t>(bytes[i]) << 16 |
                           (i + 1 < size ? static_cast<uint32_t>(bytes[i + 1]) << 8 : 0) |
                           (i + 2 < size ? bytes[i + 2] : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k > size ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

struct Writer {
  std::string out;

  void operator()(const Polyline& p) {
    out += fmt::format(
        "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" "
        "stroke-linecap=\"round\" points=\"",
        hex(p.color), number(p.width));
    for (const Point& at : p.points) out += number(at.x) + "," + number(at.y) + " ";
    out += "\"/>\n";
  }
  void operator()(const Box& b) {
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
                       number(b.x), number(b.y), number(b.width), number(b.height), hex(b.fill));
  }
  void operator()(const Disc& d) {
    out += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n", number(d.x),
                       number(d.y), number(d.radius), hex(d.fill));
  }
  void operator()(const Label& l) {
    const char* anchor = l.align == Align::Left     ? "start"
                         : l.align == Align::Center ? "middle"
                                                    : "end";
    out += fmt::format(
        "<text x=\"{0}\" y=\"{1}\" font-size=\"{2}\" fill=\"{3}\" "
        "text-anchor=\"{4}\"",
        number(l.x), number(l.y), number(l.font.size), hex(l.font.color), anchor);
    if (l.font.bold) out += " font-weight=\"bold\"";
    if (l.degrees != 0)
      out += fmt::format(" transform=\"rotate({} {} {})\"", number(-l.degrees), number(l.x),
                         number(l.y));
    out += ">" + escaped(l.text) + "</text>\n";
  }
  void operator()(const Picture& p) {
    const hearth::Tensor png = hearth::vision::io::encode_png(p.image);
    out += fmt::format(
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
        "style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>\n",
        number(p.x), number(p.y), number(p.width), number(p.height),
        base64(png.const_data_ptr<uint8_t>(), png.nbytes()));
  }
};

}  // namespace

std::string to_svg(const Scene& scene) {
  Writer writer;
  writer.out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" font-family=\"DejaVu Sans, Verdana, sans-serif\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"{2}\"/>\n",
      number(scene.width), number(scene.height), hex(kPaper));
  for (const Shape& shape : scene.shapes) std::visit(writer, shape);
  return writer.out + "</svg>\n";
}

}  // namespace plot
