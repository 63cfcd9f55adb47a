#ifndef FAIRWAY_TESTS_VECTORS_VECTOR_FILE_H_
#define FAIRWAY_TESTS_VECTORS_VECTOR_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Test vectors as text that a person can read and another implementation can use. A file holds
// blocks parted by empty lines; lines that start with '#' are comments:
//
//   vector: name-of-the-case
//   op: what to do
//   expect: ok                       or: expect: error INVALID_ARGUMENT
//   says: words of the message       for an error, optional
//   key: value                       inputs and expected outputs of the op; a key may repeat
//
// A value in bytes is a row of pieces: hexadecimal (00ff), hexadecimal repeated (61*1024), or text
// in quotes ("a\n"; \n, \t, \r, \" and \\ are the escapes). In Markdown a block is fenced as
// ```vector name=name-of-the-case, and expects ok.
namespace fairway::vectors {

struct Vector {
  std::string name;
  int line = 0;
  std::vector<std::pair<std::string, std::string>> values;

  bool Has(std::string_view key) const;
  // Of the first value of `key`. A missing key or a value that cannot be read is a defect in the
  // vector, not an outcome: ends the test with a message that names it.
  std::string Text(std::string_view key) const;
  std::string Bytes(std::string_view key) const;
  uint64_t Number(std::string_view key) const;
  std::vector<std::string> AllBytes(std::string_view key) const;

 private:
  [[noreturn]] void Stop(std::string_view key, std::string_view what) const;
  std::string Decode(std::string_view key, std::string_view text) const;
};

// `path` from the workspace's root, as a data dependency. Ends the test if it cannot be read.
std::vector<Vector> ReadVectors(const std::string& path);
std::vector<Vector> ReadMarkdownVectors(const std::string& path);

}  // namespace fairway::vectors

#endif  // FAIRWAY_TESTS_VECTORS_VECTOR_FILE_H_
