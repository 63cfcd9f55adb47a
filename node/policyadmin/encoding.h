#ifndef FAIRWAY_NODE_POLICYADMIN_ENCODING_H_
#define FAIRWAY_NODE_POLICYADMIN_ENCODING_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The pieces of which everything that this room hashes is made (FORMATS.md): big-endian numbers,
// and texts behind the number of their bytes.
namespace fairway::policyadmin {

class Encoder {
 public:
  void Number8(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Number32(uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) Number8(static_cast<uint8_t>(value >> shift));
  }
  void Number64(uint64_t value) {
    Number32(static_cast<uint32_t>(value >> 32));
    Number32(static_cast<uint32_t>(value));
  }
  // Of a length that both sides know.
  void Raw(std::string_view bytes) { bytes_.append(bytes); }
  void Text(std::string_view text) {
    Number32(static_cast<uint32_t>(text.size()));
    Raw(text);
  }
  // A set: ascending, each once.
  void Words(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    Number32(static_cast<uint32_t>(words.size()));
    for (const std::string& word : words) Text(word);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// The same backwards. What is not there is nothing, and nothing after it either.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : left_(bytes) {}

  std::optional<std::string_view> Raw(size_t size) {
    if (failed_ || left_.size() < size) {
      failed_ = true;
      return std::nullopt;
    }
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  std::optional<uint64_t> Number(size_t size) {
    const std::optional<std::string_view> raw = Raw(size);
    if (!raw.has_value()) return std::nullopt;
    uint64_t value = 0;
    for (const char c : *raw) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  std::optional<std::string> Text() {
    const std::optional<uint64_t> size = Number(4);
    if (!size.has_value()) return std::nullopt;
    const std::optional<std::string_view> raw = Raw(*size);
    if (!raw.has_value()) return std::nullopt;
    return std::string(*raw);
  }
  std::optional<std::vector<std::string>> Words() {
    const std::optional<uint64_t> count = Number(4);
    std::vector<std::string> words;
    for (uint64_t i = 0; count.has_value() && i < *count; ++i) {
      std::optional<std::string> word = Text();
      if (!word.has_value()) return std::nullopt;
      words.push_back(*std::move(word));
    }
    if (!count.has_value()) return std::nullopt;
    return words;
  }
  bool done() const { return !failed_ && left_.empty(); }

 private:
  std::string_view left_;
  bool failed_ = false;
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_ENCODING_H_
