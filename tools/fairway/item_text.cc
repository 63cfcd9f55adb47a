#include "tools/fairway/item_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/fairway/terminal.h"

namespace fairway::cli {
namespace {

std::string PassOnText(const v1::ShowResponse& item) {
  const std::string& onward = item.onward();
  if (onward == "none" || (item.terms().has_hops() && item.terms().hops() == 0)) return "no";
  std::string text = "no";
  if (onward == "ask") text = "only if the originator agrees";
  if (onward == "named") text = "only to those whom the originator named";
  if (onward == "community") text = "yes, within the community";
  if (onward == "any") text = "yes";
  if (item.terms().has_hops()) {
    absl::StrAppend(&text, ", over at most ", item.terms().hops(),
                    item.terms().hops() == 1 ? " node" : " nodes");
  }
  return text;
}

}  // namespace

std::string ModeText(const v1::ItemSummary& item) { return absl::AsciiStrToUpper(item.mode()); }

std::string KindText(const v1::ItemSummary& item) {
  std::string text = absl::StrCat(item.kind(), ", ", item.precedence());
  return item.state() == "active" ? text
                                  : absl::StrCat(text, ", ", absl::AsciiStrToUpper(item.state()));
}

std::string FromText(const v1::ItemSummary& item) {
  return item.own() ? "this node" : item.origin();
}

std::string TitleText(const v1::ItemSummary& item) {
  if (!item.title().empty()) return item.title();
  if (!item.recalled().empty()) return absl::StrCat("(recalled, ", item.recalled(), ")");
  if (item.state() == "expired") return "(its time is over)";
  return "(title not released to this node)";
}

std::string HeadText(const v1::ItemSummary& item) {
  return absl::StrCat(ModeText(item), "  ", item.tlp(), "  ", item.ref(), "  revision ",
                      item.revision(), "  ", TitleText(item));
}

std::string RecallText(const v1::RecallInfo& recall) {
  return absl::StrCat("RECALLED (", recall.grade(), ": ", recall.reason(), ") by ", recall.by(),
                      recall.user().empty() ? "" : absl::StrCat(", ", recall.user()), ", ",
                      TimeText(recall.at_ms()));
}

std::string ExpiredText(const v1::ShowResponse& item) {
  if (item.summary().state() != "expired") return "";
  return absl::StrCat("EXPIRED ", TimeText(item.not_after_ms()),
                      ": nobody may hold it longer; its content is erased and not shown");
}

std::vector<std::string> AfterRecall(const v1::RecallInfo& recall, bool own,
                                     const std::string& ref) {
  std::vector<std::string> lines;
  if (own) {
    if (recall.grade() == "correct") {
      lines.push_back("Everybody who had it erases it. Publish the corrected text:");
      lines.push_back(absl::StrCat("   → fairway revise ", ref, " FILE"));
    } else if (recall.grade() == "purge") {
      lines.push_back("Everybody who had it erases it; this node has erased it too.");
    } else {
      lines.push_back("Everybody who had it erases it. What follows is kept here only.");
    }
    lines.push_back(absl::StrCat("   → fairway where ", ref));
    return lines;
  }
  lines.push_back("Its content was erased here. Do not use what you read, and do not pass it on;");
  lines.push_back("destroy what you printed or copied, and tell those whom you told.");
  if (recall.reason() == "narrowed") {
    lines.push_back("A later revision is not for this node.");
  } else if (recall.grade() == "correct") {
    lines.push_back("It was wrong. A corrected revision comes by itself if it is for this node.");
  }
  lines.push_back(absl::StrCat("   → questions: ask ", recall.by()));
  return lines;
}

std::vector<std::string> TermsText(const v1::ShowResponse& item) {
  // What was taken back or has expired leaves nothing to keep to.
  if (!item.has_terms() || item.has_recall() || item.summary().state() == "expired") return {};
  std::vector<std::string> lines = {absl::StrCat("You may pass it on: ", PassOnText(item), ".")};
  lines.push_back(item.has_not_after_ms()
                      ? absl::StrCat("Keep it until: ", TimeText(item.not_after_ms()),
                                     "; then it is erased here.")
                      : "Keep it until: no end is set.");
  lines.push_back(absl::StrCat("Treat it as at least ", item.summary().tlp(), " and ",
                               item.summary().pap(), "."));
  if (item.terms().has_purpose()) {
    lines.push_back(item.terms().purpose().words().empty()
                        ? "Use it for: nothing; the sender allows no purpose."
                        : absl::StrCat("Use it only for: ",
                                       absl::StrJoin(item.terms().purpose().words(), ", "), "."));
  }
  if (item.terms().encrypt_at_rest()) lines.push_back("Keep it encrypted.");
  return lines;
}

std::string CopyText(const v1::PeerCopy& copy, absl::Time now) {
  if (copy.state() == "recalled") {
    return absl::StrCat("recalled, confirmed ", AgeText(copy.recall_confirmed_ms(), now), " ago");
  }
  const std::string age = AgeText(copy.recall_since_ms(), now);
  if (copy.state() == "recall-sent") return absl::StrCat("recall sent, not confirmed for ", age);
  if (copy.state() == "recall-waiting") return absl::StrCat("recall waiting for ", age);
  if (copy.state() == "recall-refused") return absl::StrCat("recall REFUSED, ", age, " ago");
  return copy.state();
}

bool IsUnderWay(const v1::PeerCopy& copy) {
  return copy.state() == "sent" || copy.state() == "pending" || copy.state() == "recall-sent" ||
         copy.state() == "recall-waiting";
}

}  // namespace fairway::cli
