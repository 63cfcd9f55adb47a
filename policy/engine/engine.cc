#include "policy/engine/engine.h"

#include "policy/engine/decision_words.h"

namespace fairway::policy {

Decision Decide(const Compiled& compiled, const Request& request, const Calendar& calendar) {
  return Decide(compiled, request, compiled.CodeItem(request.item, request.context, request.self),
                compiled.CodePeer(request.peer, request.peer_attributes, request.context),
                calendar);
}

Decision Decide(const Compiled& compiled, const Request& request, const ItemCode& item,
                const PeerCode& peer, const Calendar& calendar) {
  const size_t action = compiled.CodeAction(request.action);
  return InWords(compiled.program(), request, compiled.Decide(item, peer, action, calendar));
}

}  // namespace fairway::policy
