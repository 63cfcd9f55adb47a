#ifndef FAIRWAY_TESTS_SUPPORT_EXCHANGE_HAND_PEER_H_
#define FAIRWAY_TESTS_SUPPORT_EXCHANGE_HAND_PEER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/manifest.h"
#include "node/model/recall.h"
#include "node/wire/frame.h"

namespace fairway::testing {

// An authority without a node, whose messages a test makes by hand: right ones, and any that no
// honest node would send. Keys come from the name.
class HandPeer {
 public:
  explicit HandPeer(const std::string& name);

  const std::string& name() const { return name_; }
  const model::AuthorityId& id() const { return manifest_.id; }
  const model::Manifest& manifest() const { return manifest_; }
  const crypto::Signed& signed_manifest() const { return signed_manifest_; }
  const crypto::SigningKey& item_key() const { return item_key_; }
  const crypto::SigningKey& node_key() const { return node_key_; }

  // One record with what travels beside it.
  struct Sent {
    model::FeedRecord record;                  // Batch fills seq and prev_hash
    std::optional<wire::Rendition> rendition;  // nothing: without content
    model::ItemBody body;                      // of an item
  };

  struct ItemOptions {
    uint64_t revision = 1;
    std::optional<model::ObjectId> prev = std::nullopt;
    std::vector<model::Part> parts = {};  // more than the title
    std::optional<absl::Time> not_after = std::nullopt;
    model::Onward onward = model::Onward::kNone;
    std::optional<model::Recall> recall_before = std::nullopt;  // in place of the right one
    bool without_recall_before = false;
  };
  // A green bulletin with a title, signed by this authority.
  Sent Item(const model::ItemId& item, const std::string& title, const ItemOptions& options) const;
  Sent Item(const model::ItemId& item, const std::string& title) const {
    return Item(item, title, ItemOptions{});
  }

  model::Recall Withdraw(const model::ItemId& item) const;
  model::Recall Correct(const model::ItemId& item, uint64_t through) const;
  // The record and content of a statement that this authority signs, whatever it says.
  Sent Recall(const model::Recall& recall) const;
  // The same of a statement that another one signed; it comes with that one's manifest.
  static Sent PassedOn(Sent sent, const HandPeer& originator);

  // The next batch of this authority's feed to `to`.
  wire::BatchFrame Batch(const model::AuthorityId& to, std::vector<Sent> sent);
  // The last batch was not taken: the next one begins where it began.
  void Unsend() { feed_ = before_; }

 private:
  const std::string name_;
  crypto::SigningKey root_key_;
  crypto::SigningKey item_key_;
  crypto::SigningKey node_key_;
  model::Manifest manifest_;
  crypto::Signed signed_manifest_;
  model::FeedPosition feed_;
  model::FeedPosition before_;  // the last batch
};

// The same id for the same number.
model::ItemId ItemNumbered(uint64_t number);

}  // namespace fairway::testing

#endif  // FAIRWAY_TESTS_SUPPORT_EXCHANGE_HAND_PEER_H_
