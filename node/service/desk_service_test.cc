#include "node/service/desk_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/v1/desk.pb.h"
#include "node/model/recall.h"
#include "node/model/ref.h"
#include "node/service/history_service.h"
#include "node/service/item_lists.h"
#include "node/store/item_table.h"
#include "node/store/node_table.h"
#include "tests/support/scratch_services.h"
#include "tests/support/status_matchers.h"

namespace fairway::service {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kDesk[] = "/fairway.v1.Desk/";

class DeskServiceTest : public ::testing::Test {
 protected:
  template <typename Response>
  absl::StatusOr<Response> Ask(const std::string& method,
                               const google::protobuf::Message& request) {
    return ana_.Call<Response>(kDesk + method, request);
  }

  static v1::Draft Draft(const std::string& title) {
    v1::Draft draft;
    draft.set_kind(v1::KIND_BULLETIN);
    draft.set_tlp(v1::TLP_AMBER);
    draft.set_title(title);
    draft.set_body("Seals were cut and glued.");
    draft.add_topics("cargo-theft");
    return draft;
  }

  std::string Publish(const v1::Draft& draft) {
    v1::PublishRequest request;
    *request.mutable_draft() = draft;
    const auto published = Ask<v1::PublishResponse>("Publish", request);
    EXPECT_OK(published);
    return published.ok() ? published->ref() : "";
  }

  audit::Event LastEvent() { return services_.Entries().back().event; }

  ScratchServices services_;
  LocalClient ana_{services_.server(), kAnaUid};
};

TEST_F(DeskServiceTest, WhatWasPublishedIsShownAndTheReadingIsRecorded) {
  const std::string ref = Publish(Draft("Forged seals at gate 4"));
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kItemPublished);
  EXPECT_EQ(LastEvent().actor, "ana");

  v1::ShowRequest request;
  request.set_ref(ref);
  ASSERT_OK_AND_ASSIGN(const v1::ShowResponse shown, Ask<v1::ShowResponse>("Show", request));
  EXPECT_EQ(shown.summary().title(), "Forged seals at gate 4");
  EXPECT_EQ(shown.summary().tlp(), "TLP:AMBER");
  EXPECT_EQ(shown.summary().origin(), "scratch-port");
  EXPECT_TRUE(shown.summary().own());
  bool has_body = false;
  for (const v1::Field& field : shown.fields()) {
    has_body = has_body || (field.label() == "body" && field.text() == "Seals were cut and glued.");
  }
  EXPECT_TRUE(has_body);

  EXPECT_EQ(LastEvent().kind, audit::EventKind::kItemRead);
  EXPECT_EQ(LastEvent().actor, "ana");
  EXPECT_EQ(LastEvent().objects.front(), ref);
}

TEST_F(DeskServiceTest, WhatTheDraftLacksComesBackAsAProblem) {
  v1::PublishRequest request;
  *request.mutable_draft() = Draft("No marking");
  request.mutable_draft()->clear_tlp();
  EXPECT_THAT(Ask<v1::PublishResponse>("Publish", request), HasProblem("FW-PUB-002"));
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kCallRefused);
  EXPECT_EQ(LastEvent().detail.at("code"), "FW-PUB-002");

  request.Clear();
  EXPECT_THAT(Ask<v1::PublishResponse>("Publish", request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(DeskServiceTest, ARevisionKeepsTheRefAndReplacesTheText) {
  const std::string ref = Publish(Draft("First"));
  v1::ReviseRequest request;
  request.set_ref(ref);
  *request.mutable_draft() = Draft("Second");
  ASSERT_OK_AND_ASSIGN(const v1::ReviseResponse revised,
                       Ask<v1::ReviseResponse>("Revise", request));
  EXPECT_EQ(revised.ref(), ref);
  EXPECT_EQ(revised.revision(), 2u);

  v1::ShowRequest show;
  show.set_ref(ref);
  ASSERT_OK_AND_ASSIGN(const v1::ShowResponse shown, Ask<v1::ShowResponse>("Show", show));
  EXPECT_EQ(shown.summary().title(), "Second");
  EXPECT_EQ(shown.summary().revision(), 2u);
}

TEST_F(DeskServiceTest, PreviewChangesNothingAndItsHashHoldsForPublishing) {
  v1::PreviewRequest request;
  *request.mutable_draft() = Draft("Preview me");
  ASSERT_OK_AND_ASSIGN(const v1::PreviewResponse preview,
                       Ask<v1::PreviewResponse>("Preview", request));
  EXPECT_THAT(preview.peers(), IsEmpty());
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kPolicyPreviewed);

  v1::PublishRequest publish;
  *publish.mutable_draft() = Draft("Preview me");
  publish.set_if_preview("another");
  EXPECT_THAT(Ask<v1::PublishResponse>("Publish", publish), HasProblem("FW-PUB-020"));
  publish.set_if_preview(preview.hash());
  EXPECT_OK(Ask<v1::PublishResponse>("Publish", publish));
}

TEST_F(DeskServiceTest, ListsComeNewestFirstAndPageByPage) {
  std::vector<std::string> published;
  for (int i = 0; i < 5; ++i) published.push_back(Publish(Draft(absl::StrCat("Item ", i))));
  v1::ListRequest request;
  request.set_limit(2);
  std::vector<std::string> listed;
  int pages = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const v1::ListResponse page, Ask<v1::ListResponse>("List", request));
    EXPECT_LE(page.items_size(), 2);
    for (const v1::ItemSummary& item : page.items()) listed.push_back(item.ref());
    request.set_page_token(page.next_page());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(listed,
              ElementsAre(published[4], published[3], published[2], published[1], published[0]));
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kItemsListed);
  EXPECT_THAT(LastEvent().objects, ElementsAre(published[0]));
}

TEST_F(DeskServiceTest, ListsFilterByKindModeAndOrigin) {
  Publish(Draft("A bulletin"));
  v1::Draft exercise = Draft("A drill");
  exercise.set_mode(v1::MODE_EXERCISE);
  const std::string drill = Publish(exercise);
  v1::ListRequest request;
  request.set_mode(v1::MODE_EXERCISE);
  ASSERT_OK_AND_ASSIGN(const v1::ListResponse drills, Ask<v1::ListResponse>("List", request));
  ASSERT_THAT(drills.items(), SizeIs(1));
  EXPECT_EQ(drills.items(0).ref(), drill);
  EXPECT_EQ(drills.items(0).mode(), "exercise");

  request.Clear();
  request.set_kind(v1::KIND_ALERT);
  ASSERT_OK_AND_ASSIGN(const v1::ListResponse alerts, Ask<v1::ListResponse>("List", request));
  EXPECT_THAT(alerts.items(), IsEmpty());

  request.Clear();
  request.set_origin("scratch-port");
  ASSERT_OK_AND_ASSIGN(const v1::ListResponse own, Ask<v1::ListResponse>("List", request));
  EXPECT_THAT(own.items(), SizeIs(2));
  request.set_origin("nowhere");
  EXPECT_THAT(Ask<v1::ListResponse>("List", request), HasProblem("FW-PEER-001"));

  ASSERT_OK_AND_ASSIGN(const v1::InboxResponse inbox,
                       Ask<v1::InboxResponse>("Inbox", v1::InboxRequest()));
  EXPECT_THAT(inbox.items(), IsEmpty());  // nothing came from elsewhere
}

TEST_F(DeskServiceTest, PagesHaveALimitAndTokensAreOnlyThoseGiven) {
  v1::ListRequest request;
  request.set_limit(kMaxPage);
  EXPECT_OK(Ask<v1::ListResponse>("List", request));
  request.set_limit(kMaxPage + 1);
  EXPECT_THAT(Ask<v1::ListResponse>("List", request), HasProblem("FW-LIST-001"));
  request.set_limit(1);
  for (const char* token : {"1", "p", "p01", "p-1", "p1 ", "p99999999999999999999999", "q1"}) {
    request.set_page_token(token);
    EXPECT_THAT(Ask<v1::ListResponse>("List", request), HasProblem("FW-LIST-002")) << token;
  }
}

TEST_F(DeskServiceTest, AnAttachmentComesBackAsItWasAndItsReadingIsRecorded) {
  v1::Draft draft = Draft("With a photo");
  v1::DraftAttachment* photo = draft.add_attachments();
  photo->set_name("gate4.jpg");
  photo->set_media_type("image/jpeg");
  photo->set_content(std::string(100'000, 'x') + "end");  // two chunks
  const std::string ref = Publish(draft);

  v1::ShowRequest show;
  show.set_ref(ref);
  ASSERT_OK_AND_ASSIGN(const v1::ShowResponse shown, Ask<v1::ShowResponse>("Show", show));
  ASSERT_THAT(shown.attachments(), SizeIs(1));
  EXPECT_EQ(shown.attachments(0).label(), "attachments/1");
  EXPECT_EQ(shown.attachments(0).size(), 100'003u);
  EXPECT_TRUE(shown.attachments(0).complete());

  v1::GetAttachmentRequest get;
  get.set_ref(ref);
  get.set_label("attachments/1");
  ASSERT_OK_AND_ASSIGN(const v1::GetAttachmentResponse got,
                       Ask<v1::GetAttachmentResponse>("GetAttachment", get));
  EXPECT_EQ(got.content(), photo->content());
  EXPECT_EQ(got.info().name(), "gate4.jpg");
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kItemRead);
  EXPECT_EQ(LastEvent().detail.at("label"), "attachments/1");

  get.set_label("title");
  EXPECT_THAT(Ask<v1::GetAttachmentResponse>("GetAttachment", get), HasProblem("FW-ITEM-004"));
  get.set_label("attachments/2");
  EXPECT_THAT(Ask<v1::GetAttachmentResponse>("GetAttachment", get), HasProblem("FW-ITEM-004"));
}

TEST_F(DeskServiceTest, WhatHasExpiredIsListedButNotShown) {
  v1::Draft draft = Draft("For an hour");
  draft.set_not_after_ms(absl::ToUnixMillis(services_.clock().Now() + absl::Hours(1)) / 1000 *
                         1000);
  v1::DraftAttachment* photo = draft.add_attachments();
  photo->set_name("gate4.jpg");
  photo->set_media_type("image/jpeg");
  photo->set_content("x");
  v1::ShowRequest show;
  show.set_ref(Publish(draft));
  v1::GetAttachmentRequest get;
  get.set_ref(show.ref());
  get.set_label("attachments/1");
  ASSERT_OK(Ask<v1::GetAttachmentResponse>("GetAttachment", get));

  services_.clock().Advance(absl::Hours(1));
  ASSERT_OK_AND_ASSIGN(const v1::ShowResponse shown, Ask<v1::ShowResponse>("Show", show));
  EXPECT_EQ(shown.summary().state(), "expired");
  EXPECT_EQ(shown.summary().title(), "");
  EXPECT_THAT(shown.fields(), IsEmpty());
  EXPECT_THAT(shown.attachments(), IsEmpty());
  EXPECT_THAT(Ask<v1::GetAttachmentResponse>("GetAttachment", get), HasProblem("FW-ITEM-003"));
  ASSERT_OK_AND_ASSIGN(const v1::ListResponse list,
                       Ask<v1::ListResponse>("List", v1::ListRequest()));
  ASSERT_THAT(list.items(), SizeIs(1));
  EXPECT_EQ(list.items(0).title(), "");
}

// 20 attachments of 1 MiB are what a draft may hold; they fit through the socket.
TEST_F(DeskServiceTest, TheLargestDraftFits) {
  v1::Draft draft = Draft("Everything");
  for (int i = 0; i < 20; ++i) {
    v1::DraftAttachment* file = draft.add_attachments();
    file->set_name(absl::StrCat("file-", i));
    file->set_media_type("application/octet-stream");
    file->set_content(std::string(1 << 20, static_cast<char>('a' + i)));
  }
  draft.set_body(std::string(256 * 1024, 'b'));
  EXPECT_NE(Publish(draft), "");
}

TEST_F(DeskServiceTest, WhereOfAnItemWithoutPeersIsEmptyAndRecorded) {
  const std::string ref = Publish(Draft("Alone"));
  v1::WhereRequest request;
  request.set_ref(ref);
  ASSERT_OK_AND_ASSIGN(const v1::WhereResponse where, Ask<v1::WhereResponse>("Where", request));
  EXPECT_EQ(where.summary().ref(), ref);
  EXPECT_THAT(where.peers(), IsEmpty());
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kReleasesListed);
}

v1::RecallRequest RecallOf(const std::string& ref, v1::RecallGrade grade) {
  v1::RecallRequest request;
  request.set_ref(ref);
  request.set_grade(grade);
  request.set_reason(v1::RECALL_REASON_SOURCE_PROTECTION);
  request.set_note("the source asked for it");
  return request;
}

TEST_F(DeskServiceTest, AWithdrawnItemStaysReadableAtItsOriginatorAndSaysSoFirst) {
  const std::string ref = Publish(Draft("Taken back"));
  ASSERT_OK_AND_ASSIGN(const v1::RecallResponse recalled,
                       Ask<v1::RecallResponse>("Recall", RecallOf(ref, v1::RECALL_GRADE_WITHDRAW)));
  EXPECT_EQ(recalled.ref(), ref);
  EXPECT_EQ(recalled.through_revision(), model::kEveryRevision);
  EXPECT_THAT(recalled.peers(), IsEmpty());
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kItemRecalled);
  EXPECT_EQ(LastEvent().actor, "ana");

  v1::ShowRequest show;
  show.set_ref(ref);
  ASSERT_OK_AND_ASSIGN(const v1::ShowResponse shown, Ask<v1::ShowResponse>("Show", show));
  EXPECT_EQ(shown.summary().state(), "recalled");
  EXPECT_EQ(shown.summary().recalled(), "withdraw: source-protection");
  EXPECT_EQ(shown.summary().title(), "Taken back");
  EXPECT_EQ(shown.recall().grade(), "withdraw");
  EXPECT_EQ(shown.recall().reason(), "source-protection");
  EXPECT_EQ(shown.recall().by(), "scratch-port");
  EXPECT_EQ(shown.recall().user(), "ana");
  EXPECT_EQ(shown.recall().note(), "the source asked for it");

  ASSERT_OK_AND_ASSIGN(const v1::ListResponse list,
                       Ask<v1::ListResponse>("List", v1::ListRequest()));
  ASSERT_THAT(list.items(), SizeIs(1));
  EXPECT_EQ(list.items(0).state(), "recalled");
  EXPECT_THAT(Ask<v1::RecallResponse>("Recall", RecallOf(ref, v1::RECALL_GRADE_WITHDRAW)),
              HasProblem("FW-RECALL-003"));
}

TEST_F(DeskServiceTest, OfAPurgedItemOnlyTheShellIsLeft) {
  const std::string ref = Publish(Draft("Purged"));
  ASSERT_OK(Ask<v1::RecallResponse>("Recall", RecallOf(ref, v1::RECALL_GRADE_PURGE)));
  v1::ShowRequest show;
  show.set_ref(ref);
  ASSERT_OK_AND_ASSIGN(const v1::ShowResponse shown, Ask<v1::ShowResponse>("Show", show));
  EXPECT_EQ(shown.summary().title(), "");
  EXPECT_THAT(shown.fields(), IsEmpty());
  EXPECT_EQ(shown.recall().grade(), "purge");
}

TEST_F(DeskServiceTest, ARecallSaysItsGradeAndItsReason) {
  const std::string ref = Publish(Draft("Not yet"));
  v1::RecallRequest request = RecallOf(ref, v1::RECALL_GRADE_UNSPECIFIED);
  EXPECT_THAT(Ask<v1::RecallResponse>("Recall", request),
              StatusIs(absl::StatusCode::kInvalidArgument));
  request = RecallOf(ref, v1::RECALL_GRADE_PURGE);
  request.clear_reason();
  EXPECT_THAT(Ask<v1::RecallResponse>("Recall", request),
              StatusIs(absl::StatusCode::kInvalidArgument));
  request = RecallOf(ref, v1::RECALL_GRADE_PURGE);
  request.set_note(std::string(model::kMaxRecallNoteBytes + 1, 'n'));
  EXPECT_THAT(Ask<v1::RecallResponse>("Recall", request), HasProblem("FW-RECALL-004"));
  request.set_note(std::string(model::kMaxRecallNoteBytes, 'n'));
  EXPECT_OK(Ask<v1::RecallResponse>("Recall", request));
}

TEST_F(DeskServiceTest, HistoryTellsEveryRevisionAndRecall) {
  const std::string ref = Publish(Draft("Wrong"));
  ASSERT_OK(Ask<v1::RecallResponse>("Recall", RecallOf(ref, v1::RECALL_GRADE_CORRECT)));
  v1::ReviseRequest revise;
  revise.set_ref(ref);
  *revise.mutable_draft() = Draft("Right");
  ASSERT_OK(Ask<v1::ReviseResponse>("Revise", revise));
  v1::HistoryRequest request;
  request.set_ref(ref);
  ASSERT_OK_AND_ASSIGN(const v1::HistoryResponse history,
                       Ask<v1::HistoryResponse>("History", request));
  EXPECT_EQ(history.summary().revision(), 2u);
  EXPECT_EQ(history.summary().state(), "active");
  ASSERT_THAT(history.revisions(), SizeIs(2));
  EXPECT_EQ(history.revisions(0).state(), "recalled");
  EXPECT_EQ(history.revisions(0).title(), "Wrong");
  EXPECT_TRUE(history.revisions(0).content());
  EXPECT_EQ(history.revisions(1).state(), "active");
  ASSERT_THAT(history.recalls(), SizeIs(1));
  EXPECT_EQ(history.recalls(0).through_revision(), 1u);
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kItemRead);
  EXPECT_THAT(LastEvent().objects, ElementsAre(ref));
}

TEST_F(DeskServiceTest, WatchTellsWhatCameSinceAndLeavesALeafOnlyThen) {
  Publish(Draft("Before"));
  ASSERT_OK_AND_ASSIGN(v1::WatchResponse watch,
                       Ask<v1::WatchResponse>("Watch", v1::WatchRequest()));
  EXPECT_THAT(watch.events(), IsEmpty());
  v1::WatchRequest request;
  request.set_after(watch.after());
  const uint64_t before = services_.LogSize();
  ASSERT_OK_AND_ASSIGN(watch, Ask<v1::WatchResponse>("Watch", request));
  EXPECT_EQ(watch.after(), request.after());
  EXPECT_EQ(services_.LogSize(), before);

  const std::string ref = Publish(Draft("Since"));
  v1::ReviseRequest revise;
  revise.set_ref(ref);
  *revise.mutable_draft() = Draft("Since, again");
  ASSERT_OK(Ask<v1::ReviseResponse>("Revise", revise));
  ASSERT_OK(Ask<v1::RecallResponse>("Recall", RecallOf(ref, v1::RECALL_GRADE_WITHDRAW)));
  std::vector<std::string> told;
  request.set_limit(2);
  do {
    ASSERT_OK_AND_ASSIGN(watch, Ask<v1::WatchResponse>("Watch", request));
    EXPECT_LE(watch.events_size(), 2);
    for (const v1::WatchEvent& event : watch.events()) {
      EXPECT_EQ(event.item().ref(), ref);
      EXPECT_EQ(event.has_recall(), event.what() == "recall");
      told.push_back(event.what());
    }
    request.set_after(watch.after());
  } while (!watch.events().empty());
  EXPECT_THAT(told, ElementsAre("item", "revision", "recall"));
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kItemsListed);

  request.set_limit(kMaxEvents);
  EXPECT_OK(Ask<v1::WatchResponse>("Watch", request));
  request.set_limit(kMaxEvents + 1);
  EXPECT_THAT(Ask<v1::WatchResponse>("Watch", request), HasProblem("FW-LIST-001"));
  request.set_limit(1);
  request.set_after("p1");
  EXPECT_THAT(Ask<v1::WatchResponse>("Watch", request), HasProblem("FW-LIST-002"));
}

TEST_F(DeskServiceTest, NothingIsHeldAndWhatIsNotHeldCannotBeLetGo) {
  const std::string ref = Publish(Draft("Free"));
  ASSERT_OK_AND_ASSIGN(const v1::ListHeldResponse held,
                       Ask<v1::ListHeldResponse>("ListHeld", v1::ListHeldRequest()));
  EXPECT_THAT(held.items(), IsEmpty());
  EXPECT_EQ(held.next_page(), "");
  v1::ReleaseHeldRequest release;
  release.set_ref(ref);
  release.set_peer("nobody");
  EXPECT_THAT(Ask<v1::ReleaseHeldResponse>("ReleaseHeld", release), HasProblem("FW-HELD-002"));
  release.set_ref("B-0000-0000");
  EXPECT_THAT(Ask<v1::ReleaseHeldResponse>("ReleaseHeld", release), HasProblem("FW-ITEM-001"));
  v1::ListHeldRequest bad;
  bad.set_page_token("p1");
  EXPECT_THAT(Ask<v1::ListHeldResponse>("ListHeld", bad), HasProblem("FW-LIST-002"));
}

TEST_F(DeskServiceTest, APreviewOfARevisionIsOfThatRevisionOnly) {
  const std::string ref = Publish(Draft("One"));
  v1::PreviewRequest preview;
  *preview.mutable_draft() = Draft("Two");
  preview.set_ref(ref);
  ASSERT_OK_AND_ASSIGN(const v1::PreviewResponse agreed,
                       Ask<v1::PreviewResponse>("Preview", preview));
  v1::ReviseRequest revise;
  revise.set_ref(ref);
  *revise.mutable_draft() = Draft("Two");
  revise.set_if_preview(agreed.hash());
  ASSERT_OK(Ask<v1::ReviseResponse>("Revise", revise));
  // Revision 2 is here, so that this would be another one than was agreed to.
  EXPECT_THAT(Ask<v1::ReviseResponse>("Revise", revise), HasProblem("FW-PUB-020"));
  preview.set_ref("B-0000-0000");
  EXPECT_THAT(Ask<v1::PreviewResponse>("Preview", preview), HasProblem("FW-ITEM-001"));
}

// Whoever has seen an id can write it into an item of their own.
TEST_F(DeskServiceTest, AnAlienItemWithTheSameIdIsToldApartByItsAuthor) {
  const std::string ref = Publish(Draft("The real one"));
  model::AuthorityId alien;
  alien.digest = crypto::Sha256("somebody else");
  ASSERT_OK(services_.db().Write([&](store::Txn& txn) -> absl::Status {
    const auto prefix = model::ParseRef(ref)->prefix;
    const auto own = store::FindByPrefix(
        txn, std::string_view(reinterpret_cast<const char*>(prefix.data()), prefix.size()));
    if (!own.ok()) return own.status();
    store::StoredRevision squatter = own->front();
    const absl::Status named =
        store::PutNode(txn, {squatter.body.origin, "scratch-port", 1, 0, absl::UnixEpoch()});
    if (!named.ok()) return named;
    squatter.body.origin = alien;
    squatter.object = crypto::Sha256("another object");
    squatter.received_from = alien;
    return store::PutRevision(txn, squatter, {}).status();
  }));
  v1::ShowRequest request;
  request.set_ref(ref);
  EXPECT_THAT(Ask<v1::ShowResponse>("Show", request), HasProblem("FW-ITEM-002"));
  request.set_ref(ref + "@scratch-port");
  ASSERT_OK_AND_ASSIGN(const v1::ShowResponse real, Ask<v1::ShowResponse>("Show", request));
  EXPECT_EQ(real.summary().title(), "The real one");
  request.set_ref(ref + "@" + alien.ToString());
  ASSERT_OK_AND_ASSIGN(const v1::ShowResponse other, Ask<v1::ShowResponse>("Show", request));
  EXPECT_NE(other.signature(), "verified");
  request.set_ref(ref + "@nobody");
  EXPECT_THAT(Ask<v1::ShowResponse>("Show", request), HasProblem("FW-ITEM-001"));
}

TEST_F(DeskServiceTest, RefsAreForgivingButNotGuessed) {
  const std::string ref = Publish(Draft("Typed by hand"));
  std::string sloppy;
  for (const char letter : ref) {
    if (letter != '-') sloppy.push_back(static_cast<char>(std::tolower(letter)));
  }
  v1::ShowRequest request;
  request.set_ref(sloppy);
  EXPECT_OK(Ask<v1::ShowResponse>("Show", request));
  request.set_ref("A" + ref.substr(1));  // an alert of that number there is not
  EXPECT_THAT(Ask<v1::ShowResponse>("Show", request), HasProblem("FW-ITEM-001"));
  request.set_ref("what?");
  EXPECT_THAT(Ask<v1::ShowResponse>("Show", request), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fairway::service
