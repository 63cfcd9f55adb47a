#include "node/wire/feed_codec.h"
#include "tests/byzantine/lie.h"

namespace fairway::byzantine {
namespace {

// Says a hello in which one thing is not so.
Lie Says(std::string name, std::string what, std::string leaf, std::string reason,
         std::function<void(Stage&, model::Hello&)> change) {
  return {"hello/" + name,
          std::move(what),
          "closed",
          std::move(leaf),
          std::move(reason),
          [change](Stage& s) {
            s.GreetWithHistory();
            s.Dial();
            model::Hello hello = s.Hello();
            change(s, hello);
            s.Say(hello);
            return s.Answer();
          }};
}

// Sends something else than a hello of its own for this link.
Lie Instead(std::string name, std::string what, std::string reason,
            std::function<void(Stage&)> send) {
  return {"hello/" + name,
          std::move(what),
          "closed",
          "peer.refused",
          std::move(reason),
          [send](Stage& s) {
            s.Dial();
            send(s);
            return s.Answer();
          }};
}

crypto::Signed SealedWith(Stage& s, const crypto::SigningKey& key, std::string_view type) {
  return crypto::Seal(type, wire::EncodeHello(s.Hello()), key);
}

}  // namespace

std::vector<Lie> HelloLies() {
  return {
      Instead("wrong-key", "is signed with the item key", "",
              [](Stage& s) {
                s.Send(wire::HelloFrame{SealedWith(s, s.me().item, crypto::kTypeHello)});
              }),
      Instead("wrong-type", "is signed as a receipt", "",
              [](Stage& s) {
                s.Send(wire::HelloFrame{SealedWith(s, s.me().node, crypto::kTypeReceipt)});
              }),
      Instead("reflected", "is the node's own hello, sent back", "",
              [](Stage& s) { s.SendBytes(s.node_hello_frame()); }),
      Instead("replayed", "was said on a link before", "another connection",
              [](Stage& s) {
                const crypto::Signed first = s.Sealed(s.Hello());
                s.Send(wire::HelloFrame{first});
                s.Dial();
                s.Send(wire::HelloFrame{first});
              }),
      Instead("batch-first", "a batch comes before any hello", "one hello begins a link",
              [](Stage& s) { s.Deliver({s.Item()}); }),
      Instead("twice", "a second hello follows", "one hello begins a link",
              [](Stage& s) {
                s.Say(s.Hello());
                s.Say(s.Hello());
              }),
      {"hello/never", "says nothing at all for five seconds", "closed", "", "",
       [](Stage& s) {
         s.Dial();
         return s.Answer();
       }},
      Says("other-exporter", "belongs to another TLS connection", "peer.refused",
           "another connection",
           [](Stage& s, model::Hello& hello) { hello.exporter = s.Random(32); }),
      Says("for-another", "is meant for another node", "peer.refused",
           "meant for another authority",
           [](Stage& s, model::Hello& hello) { hello.peer_expected.digest = s.RandomDigest(); }),
      Says("as-another", "claims to be another authority", "peer.refused", "of another authority",
           [](Stage& s, model::Hello& hello) { hello.authority.digest = s.RandomDigest(); }),
      Says("other-version", "speaks versions 2 and 3 only", "peer.refused", "versions 2 to 3",
           [](Stage&, model::Hello& hello) {
             hello.proto_min = 2;
             hello.proto_max = 3;
           }),
      Says("older-incarnation", "is an older copy of itself", "feed.alarm", "an older copy",
           [](Stage&, model::Hello& hello) { hello.incarnation -= 1; }),
      Says("other-feed", "begins another feed than the one that is known", "feed.alarm",
           "begins another feed",
           [](Stage& s, model::Hello& hello) { hello.out_feed.feed_id = s.Random(16); }),
      Says("no-feed", "has no feed any more", "feed.alarm", "begins another feed",
           [](Stage&, model::Hello& hello) { hello.out_feed = {}; }),
      Says("shorter-feed", "its feed ends before what the node holds", "feed.alarm", "lost some",
           [](Stage&, model::Hello& hello) {
             hello.out_feed.last_seq = 0;
             hello.out_feed.last_hash = {};
           }),
      Says("forked-feed", "the same number has another hash", "feed.alarm",
           "is not the one this node holds",
           [](Stage& s, model::Hello& hello) { hello.out_feed.last_hash = s.RandomDigest(); }),
      Says("holds-too-much", "holds more of the node's feed than there is", "feed.alarm",
           "lost some",
           [](Stage& s, model::Hello& hello) {
             hello.in_feed = s.node_hello().out_feed;
             hello.in_feed.last_seq += 1000;
             hello.in_feed.last_hash = s.RandomDigest();
           }),
      Says("holds-a-fork", "holds another record under a number of the node's feed", "feed.alarm",
           "is not the one of this node",
           [](Stage& s, model::Hello& hello) {
             hello.in_feed = s.node_hello().out_feed;
             hello.in_feed.last_hash = s.RandomDigest();
           }),
      Says("holds-another-feed", "holds a feed that the node never began", "feed.alarm",
           "another feed of this node",
           [](Stage& s, model::Hello& hello) {
             hello.in_feed = s.node_hello().out_feed;
             hello.in_feed.feed_id = s.Random(16);
           }),
  };
}

}  // namespace fairway::byzantine
