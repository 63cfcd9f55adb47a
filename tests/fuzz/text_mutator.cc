#include "tests/fuzz/text_mutator.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/oracle/generator.h"
#include "tests/oracle/printer.h"

namespace fairway::fuzz {
namespace {

using oracle::Dice;

const std::vector<std::string>& Dictionary() {
  static const auto* const words = [] {
    auto* all = new std::vector<std::string>{
        "policy",
        "version",
        "for",
        "replaces",
        "set",
        "permit",
        "forbid",
        "require",
        "to",
        "any",
        "peer",
        "peers",
        "where",
        "may",
        "do",
        "anything",
        "items",
        "item",
        "with",
        "because",
        "from",
        "until",
        "and",
        "or",
        "not",
        "in",
        "is",
        "at",
        "most",
        "least",
        "below",
        "above",
        "has",
        "all",
        "none",
        "of",
        "only",
        "full",
        "redact",
        "keep",
        "strip",
        "source",
        "hops",
        "expires",
        "after",
        "receipt",
        "within",
        "raise",
        "tlp",
        "pap",
        "delay",
        "hold",
        "generalise",
        "watermark",
        "notify",
        "originator",
        "use",
        "encrypt",
        "rest",
        "no",
        "copy",
        "test",
        "action",
        "on",
        "context",
        "expect",
        "release",
        "withhold",
        "by",
        "guarantee",
        "seeing",
        "budget",
        "a",
        "change",
        "newly",
        "one",
        "without",
        "hour",
        "hours",
        "day",
        "days",
        "month",
        "year",
        "years",
        "profile",
        "actions",
        "fields",
        "roles",
        "enum",
        "ordered",
        "number",
        "{",
        "}",
        "(",
        ")",
        ",",
        ":",
        "=",
        "<=",
        ">=",
        "<",
        ">",
        "\"",
        "#",
        ".",
        ".*",
        "\n",
        "\r",
        "\t",
        "0",
        "1",
        "16",
        "17",
        "999999999",
        "1000000000",
        "36500",
        "2026-02-30",
        "2026-12-31",
        "2024-02-29",
        "\xc3\xa9",
        "\xe2\x80\x9c",
        "\xff",
        std::string(1, '\0'),
        "\x1b[31m",
        "\xe2\x80\xae",
        "P1",
        "P15",
        "default",
        "ANY-MEMBER",
        "home-port",
        "alpha-port",
        "EAST",
        "accept",
        "hold for officer",
        "use for { training }",
        "generalise place to region",
        "budget \"b\" a change may newly release at most 5 items to any one peer without officer",
        "guarantee \"g\" no peers where peer.tier at most 3 may query seeing { source.* } items "
        "where item.tlp at most RED",
        std::string(64, 'a')};
    for (const oracle::Profile& profile : oracle::Profiles()) {
      for (const oracle::Attribute& attribute : profile.words.attributes) {
        all->push_back(attribute.name);
        for (size_t i = 0; i < attribute.values.size() && i < 5; ++i) {
          all->push_back(attribute.values[i]);
        }
      }
      all->insert(all->end(), profile.words.fields.begin(), profile.words.fields.end());
    }
    return all;
  }();
  return *words;
}

std::string NewPolicy(Dice& dice) {
  oracle::Generator generator(dice);
  return oracle::Print(generator.MakePolicy(), &dice);
}

// A stretch of the text that begins and ends at white space, if there is any near.
std::pair<size_t, size_t> Stretch(const std::string& text, Dice& dice, size_t longest) {
  size_t begin = dice.Below(text.size());
  while (begin > 0 && text[begin - 1] != ' ' && text[begin - 1] != '\n') --begin;
  size_t end = std::min(text.size(), begin + 1 + dice.Below(longest));
  while (end < text.size() && text[end] != ' ' && text[end] != '\n') ++end;
  return {begin, end - begin};
}

}  // namespace

std::string MutateText(const std::string& text, Dice& dice) {
  if (text.empty() || dice.Percent(2)) return NewPolicy(dice);
  std::string changed = text;
  const auto [begin, length] = Stretch(text, dice, dice.Percent(20) ? 400 : 12);
  switch (dice.Below(10)) {
    case 0:
    case 1:
      return changed.insert(begin, dice.Of(Dictionary()) + " ");
    case 2:
      return changed.replace(begin, length, dice.Of(Dictionary()));
    case 3:
      return changed.erase(begin, length);
    case 4:
      return changed.insert(begin, changed.substr(begin, length) + " ");
    case 5: {
      const auto [other, other_length] = Stretch(text, dice, 12);
      return changed.replace(begin, length, text.substr(other, other_length));
    }
    case 6:
      changed[dice.Below(changed.size())] = static_cast<char>(dice.Below(256));
      return changed;
    case 7: {
      const size_t digit = changed.find_first_of("0123456789", begin);
      if (digit != std::string::npos) changed[digit] = static_cast<char>('0' + dice.Below(10));
      return changed;
    }
    case 8: {  // many of the same: nesting, long lists
      const std::string again = changed.substr(begin, std::min<size_t>(length, 40)) + " ";
      std::string many;
      for (size_t i = dice.Below(dice.Percent(10) ? 1200 : 40); i-- > 0;) many += again;
      return changed.insert(begin, many);
    }
    default:
      return changed + NewPolicy(dice);
  }
}

}  // namespace fairway::fuzz
