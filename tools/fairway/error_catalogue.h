#ifndef FAIRWAY_TOOLS_FAIRWAY_ERROR_CATALOGUE_H_
#define FAIRWAY_TOOLS_FAIRWAY_ERROR_CATALOGUE_H_

#include <span>
#include <string_view>

// What each error code means, longer than an error message can say it. Codes are never reused.
namespace fairway::cli {

struct ErrorEntry {
  std::string_view code;
  std::string_view meaning;
  std::string_view remedy;
};

std::span<const ErrorEntry> ErrorCatalogue();  // ascending by code

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_ERROR_CATALOGUE_H_
